/** The demo shows what it promises, and its command lines are those of the program. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoDocument, demoSchema } from '../../src/report/documents/demo.js';
import { demoText } from '../../src/report/text/demo.js';
import { runCli } from '../helpers/run-cli.js';
import { commandLines, unknownParts } from './command-lines.js';

let folder: string;
let document: DemoDocument;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-demo-'));
  const { code, stdout } = await runCli(['demo', '--json', '--quiet', '-o', join(folder, 'demo')]);
  expect(code).toBe(0);
  document = demoSchema.parse(JSON.parse(stdout));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('napcert demo', () => {
  it('proves all ten classes against nine competitors and all pairs at delta 0.99', () => {
    expect(document.proved.counts).toEqual({ holds: 55, violated: 0, unknown: 0, vacuous: 0 });
    const classes = document.proved.properties.filter(({ id }) => id.startsWith('non-misclassification/'));
    expect(classes.map(({ obligations }) => obligations.length)).toEqual(Array(10).fill(9));
  });

  it('has GLPK decide the same classes the same way', () => {
    expect(document.solved.counts).toEqual({ holds: 10, violated: 0, unknown: 0, vacuous: 0 });
    const trusted = document.solved.properties.flatMap(({ obligations }) =>
      obligations.flatMap((o) => o.trusted),
    );
    expect(trusted.every((hole) => hole.includes('glpk'))).toBe(true);
  });

  it('refutes a class with a picture, and has an ambiguous and a non-ambiguous pair', () => {
    const verdicts = Object.fromEntries(document.refuted.properties.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts['non-misclassification/8']).toBe('violated');
    const [first] = document.refuted.properties;
    expect(first).toMatchObject({ id: 'non-misclassification/8', onlyAgainst: [1] });
    expect(demoText(document)).toContain('non-misclassification/8 (only against 1)');
    const pairs = Object.entries(verdicts).filter(([id]) => id.startsWith('non-ambiguity/'));
    expect(new Set(pairs.map(([, verdict]) => verdict))).toEqual(new Set(['holds', 'violated']));
    const png = readFileSync(document.picture!.file);
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(document.picture!.rows).toHaveLength(28);
  });

  it('ends with certificates that the checker accepts, incomplete where a solver is trusted', () => {
    expect(document.checks.map(({ verdict }) => verdict)).toEqual(['valid', 'incomplete', 'valid']);
    for (const { certificate } of document.checks) expect(existsSync(certificate.file)).toBe(true);
  });

  it('prints commands that exist, and one of them gives the same word', async () => {
    const lines = commandLines(document.commands.join('\n'));
    expect(lines).toHaveLength(document.commands.length);
    expect(lines.flatMap(unknownParts)).toEqual([]);
    const checked = await runCli(lines.at(-1)!.slice(1));
    expect(checked.stdout).toMatch(/^valid\n/);
  });

  it('tells people the same', () => {
    const text = demoText(document);
    expect(text).toMatch(/^ +incomplete .*glpk/m);
    for (const command of document.commands) expect(text).toContain(command);
  });
});
