/** `report` in every format, the summary of a GitHub step, a gate's decision, and the events of a run, through the built command line. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatCertificate } from '../../src/certificate/read-certificate.js';
import { type Decision, decisionSchema } from '../../src/gate/decision.js';
import { eventSchema } from '../../src/report/documents/event.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { REPORTER_NAMES } from '../../src/report/reporters/names.js';
import { sha256 } from '../../src/util/digest.js';
import { MODEL_BYTES } from '../forged/base.js';
import { commandsIn } from '../helpers/log-commands.js';
import { runCli } from '../helpers/run-cli.js';
import { TINY, TINY_CSV, tinyModel, vector } from '../helpers/tiny-model.js';
import {
  hostileCertificate,
  trustingCertificate,
  validCertificate,
  wrongCertificate,
} from '../report/certificates.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const read = (...names: string[]): string => readFileSync(at(...names), 'utf8');
const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli([...args, '--quiet'], { cwd: folder, env });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-report-cli-'));
  writeFileSync(at('m.onnx'), MODEL_BYTES);
  const all = {
    valid: validCertificate(),
    trusting: trustingCertificate(),
    wrong: wrongCertificate(),
    hostile: hostileCertificate(),
  };
  for (const [name, certificate] of Object.entries(all)) {
    writeFileSync(at(`${name}.cert.json`), formatCertificate(certificate));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a format must be, by its own reader. */
const LOOKS: Readonly<Record<(typeof REPORTER_NAMES)[number], (text: string) => void>> = {
  html: (text) => expect(text).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i),
  json: (text) => void DOCUMENTS.report.parse(JSON.parse(text)),
  jsonl: (text) =>
    text
      .trimEnd()
      .split('\n')
      .forEach((line) => void eventSchema.parse(JSON.parse(line))),
  sarif: (text) => expect(JSON.parse(text)).toMatchObject({ version: '2.1.0' }),
  junit: (text) => expect(XMLValidator.validate(text)).toBe(true),
  github: (text) => expect(text).toMatch(/^::(error|warning|notice) /),
  summary: (text) => expect(text).toMatch(/^#/),
  gitlab: (text) => expect(Array.isArray(JSON.parse(text))).toBe(true),
};

describe.concurrent('report', () => {
  it.each(REPORTER_NAMES)('%s, on stdout and into a file, the same', async (format) => {
    const line = ['report', 'valid.cert.json', '--model', 'm.onnx', '--format', format];
    const [shown, written] = await Promise.all([cli(line), cli([...line, '-o', `out.${format}`])]);
    expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: '' });
    LOOKS[format](shown.stdout);
    LOOKS[format](read(`out.${format}`));
    expect(written.code).toBe(0);
    expect(written.stdout).toContain(`out.${format}`);
  });

  it.each([
    ['valid.cert.json', 0],
    ['trusting.cert.json', 3],
    ['wrong.cert.json', 4],
  ])('%s ends with %s', async (certificate, code) => {
    expect((await cli(['report', certificate, '--model', 'm.onnx'])).code).toBe(code);
  });

  it('a step of GitHub gets a summary besides, behind what is there', async () => {
    writeFileSync(at('step.md'), '# before\n');
    const line = ['report', 'wrong.cert.json', '--model', 'm.onnx', '--format', 'github'];
    const { code, stdout } = await cli(line, { GITHUB_STEP_SUMMARY: at('step.md') });
    expect(code).toBe(4);
    expect(stdout).toMatch(/^::error file=wrong\.cert\.json,line=\d+,title=/m);
    expect(read('step.md')).toMatch(/^# before\n[\s\S]*non-misclassification/);
    mkdirSync(at('no-file'));
    const refused = await cli(line, { GITHUB_STEP_SUMMARY: at('no-file') });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('step summary') });
  });

  it.each([
    ['check', '--model', 'm.onnx'],
    ['check', '--model', 'm.onnx', '--json'],
    ['explain', '--model', 'm.onnx'],
    ['report', '--model', 'm.onnx'],
    ...REPORTER_NAMES.map((name) => ['report', '--model', 'm.onnx', '--format', name]),
  ])('%s: nothing that an author wrote commands the CI system (%s %s %s %s)', async (command, ...args) => {
    const { stdout, stderr } = await runCli([command!, 'hostile.cert.json', ...args], { cwd: folder });
    const own = /^::(error|warning|notice) (file|title)=[^:]*::/;
    const commands = commandsIn(`${stdout}${stderr}`);
    expect(commands.filter((line) => !own.test(line))).toEqual([]);
    if (!args.includes('github')) expect(commands).toEqual([]);
  });
});

describe.sequential('a run and its gate', () => {
  const LINE = ['verify', 'tiny.onnx', '--naps', 'tiny.nap.json', '-o', 'tiny.cert.json', '--fresh'];
  beforeAll(async () => {
    const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
    writeFileSync(at('tiny.onnx'), tinyModel({ initializers }));
    writeFileSync(at('tiny.csv'), TINY_CSV.replaceAll('-', ''));
    writeFileSync(at('data.csv'), 'x0,x1,label\n1,0,0\n0.75,0.25,0\n0,1,1\n0.25,0.75,1\n');
    const mined = ['mine', 'tiny.onnx', '--data', 'data.csv', '--delta', '1', '-o', 'tiny.nap.json'];
    expect((await cli(mined)).code).toBe(0);
  });

  it('--events: every line follows its schema, from the start to the end, each claim once', async () => {
    const { code } = await cli([...LINE, '--events', 'run.jsonl']);
    const events = read('run.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => eventSchema.parse(JSON.parse(line)));
    expect(events[0]).toMatchObject({ event: 'start', model: 'tiny.onnx' });
    expect(events.at(-1)).toMatchObject({
      event: 'end',
      interrupted: false,
      sha256: sha256(readFileSync(at('tiny.cert.json'))),
    });
    const verdicts = events.flatMap((one) => (one.event === 'property' ? [[one.id, one.verdict]] : []));
    // Class 0 has a head start of 1 (see cli/verify.test.ts), so class 1 loses behind its own NAP.
    expect(Object.fromEntries(verdicts)).toEqual({
      'non-misclassification/0': 'holds',
      'non-misclassification/1': 'violated',
      'non-ambiguity/0-1': 'holds',
    });
    expect(verdicts).toHaveLength(3);
    expect(code).toBe(1);
  });

  it('--report of an earlier run does not outlive a run that ends with an error', async () => {
    writeFileSync(at('stale.md'), 'an earlier run\n');
    const wrong = LINE.with(3, 'missing.nap.json');
    expect((await cli([...wrong, '--report', 'summary=stale.md'])).code).toBe(2);
    expect(existsSync(at('stale.md'))).toBe(false);
  });

  it('--events may not replace an input', async () => {
    expect((await cli([...LINE, '--events', 'tiny.onnx'])).code).toBe(2);
  });

  it('report --gate: what the decision counts as met holds only where a certificate shows it', async () => {
    const head =
      'napcert-policy: 1\nmodels:\n  - name: tiny\n    model: tiny.onnx\n    naps: tiny.nap.json\n';
    writeFileSync(at('p.yaml'), `${head}    require: [{ kind: non-misclassification, classes: [0] }]\n`);
    const { code, stdout } = await cli(['gate', 'p.yaml', '--json']);
    expect(code).toBe(0);
    writeFileSync(at('decision.json'), stdout);
    const line = ['report', '--gate', 'decision.json', '--format', 'junit'];
    const shown = await cli(line);
    expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/tests="1" failures="0" errors="0"/);
    const name = readdirSync(at('p.gate')).find((file) => file.endsWith('.cert.json'))!;
    const certificate = JSON.parse(read('p.gate', name)) as {
      predicate: { properties: { verdict: string }[] };
    };
    certificate.predicate.properties[0]!.verdict = 'violated';
    writeFileSync(at('p.gate', name), JSON.stringify(certificate));
    const forged = await cli(line);
    expect(forged.code).toBe(4);
    expect(forged.stdout).not.toMatch(/failures="0" errors="0"/);
    // The gate itself says which file is wrong, and what to do about it.
    const again = await cli(['gate', 'p.yaml']);
    expect(again.code).toBe(4);
    expect(again.stdout).toMatch(new RegExp(`tiny: .*${name} is rejected, and was not replaced.*--fresh`));
    expect(again.stdout).not.toContain('nothing to decide');
  });

  it('report --gate: a decision that its own states contradict is refused with its place', async () => {
    const decision = decisionSchema.parse(JSON.parse(read('decision.json')));
    const [model] = decision.models;
    const unknown = model!.requirements.map((one) => ({ ...one, status: 'unknown' as const }));
    const forgeries: readonly [Decision, RegExp][] = [
      [
        { ...decision, models: [{ ...model!, requirements: unknown }] },
        /forged\.json: outcome: .*contradicts/,
      ],
      [{ ...decision, models: [{ ...model!, requirements: [] }] }, /forged\.json: models: .*about nothing/],
      [{ ...decision, models: [] }, /forged\.json: models: .*about nothing/],
    ];
    for (const [one, words] of forgeries) {
      writeFileSync(at('forged.json'), JSON.stringify(one));
      const refused = await cli(['report', 'tiny.cert.json', '--gate', 'forged.json', '--format', 'junit']);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(words);
      expect((await cli(['gate', 'p.yaml', '--baseline', 'forged.json'])).code).toBe(2);
    }
  });
});
