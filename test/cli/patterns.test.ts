/** guard, curve, compare and the pictures of coverage from the command line, on a model that can be worked out by hand. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { DOCUMENTS, type DocumentName } from '../../src/report/documents/index.js';
import { runCli } from '../helpers/run-cli.js';
import { opened } from '../helpers/run-onnx.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (name: string) => join(folder, name);
const cli = (...args: string[]) => runCli(args, { cwd: folder });

async function json<N extends DocumentName>(name: N, ...args: string[]) {
  const { code, stdout, stderr } = await cli(name, ...args, '--json', '--quiet');
  expect(stdout, stderr).not.toBe('');
  return { code, document: DOCUMENTS[name].parse(JSON.parse(stdout)) as z.infer<(typeof DOCUMENTS)[N]> };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-patterns-'));
  // z = x - 1/2, logits (1 + relu(z0), relu(z1)): within the unit box class 0 always wins.
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('model.onnx'), tinyModel({ initializers }));
  writeFileSync(at('next.onnx'), tinyModel({ initializers: { ...initializers, b2: vector(2, 0) } }));
  // Class 0: neuron 0 on in 3 of 3, neuron 1 off in 2 of 3. Class 1: off in 2 of 2, on in 2 of 2.
  writeFileSync(at('data.csv'), 'x0,x1,label\n1,0,0\n1,0.25,0\n1,1,0\n0,1,1\n0.25,0.75,1\n');
  const { code, document } = await json(
    ...(['curve', 'model.onnx', '--data', 'data.csv', '--deltas', '1,0.6'] as const),
    ...['--verify', '-o', '.', '--svg', 'curve.svg'],
  );
  expect(code).toBe(0);
  expect(document.points.map(({ delta, classes }) => [delta, classes.map(({ verdict }) => verdict)])).toEqual(
    [
      ['1', ['holds', 'violated']],
      ['0.6', ['holds', 'violated']],
    ],
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('curve', () => {
  it('has written NAP files, certificates and a picture', async () => {
    for (const delta of ['1', '0.6']) {
      expect(existsSync(at(`delta-${delta}.nap.json`))).toBe(true);
      const { code } = await cli('check', `delta-${delta}.cert.json`, '--model', 'model.onnx');
      expect(code).toBe(0);
    }
    expect(svgOf('curve.svg').polyline).toHaveLength(3);
  });

  it('refuses verdicts without a place for certificates', async () => {
    const { code, stderr } = await cli('curve', 'model.onnx', '--data', 'data.csv', '--verify');
    expect(code).toBe(2);
    expect(stderr).toContain('--output');
  });
});

describe('compare', () => {
  it('counts literals and proves inclusion where one region lies in the other', async () => {
    const { code, document } = await json(
      ...(['compare', 'delta-1.nap.json', 'delta-0.6.nap.json', '--model', 'model.onnx'] as const),
      ...['--certificate-a', 'delta-1.cert.json', '--data', 'data.csv', '--prove-inclusion'],
    );
    expect(code).toBe(0);
    expect(document.classes[0]).toMatchObject({
      a: { literals: 1, verdict: 'holds', recall: { count: 3, of: 3 } },
      b: { literals: 2, recall: { count: 2, of: 3 } },
      regions: 'b-in-a',
      // The third sample follows A, which leaves neuron 1 free, and not B.
      inclusions: {
        aInB: { verdict: 'refuted', by: 'sample', why: 'data.csv#2' },
        bInA: { verdict: 'proved', by: 'literals' },
      },
    });
  });

  it('says in words which classes only one file has, and what data would add', async () => {
    // Class 1 is taken out of A.
    const { classes, overlap: _, ...file } = JSON.parse(readFileSync(at('delta-1.nap.json'), 'utf8'));
    const first = classes.filter((entry: { class: number }) => entry.class === 0);
    writeFileSync(at('one.nap.json'), JSON.stringify({ ...file, classes: first, overlap: [] }));
    const files = ['one.nap.json', 'delta-0.6.nap.json', '--model', 'model.onnx', '--prove-inclusion'];
    const bare = await cli('compare', ...files);
    expect(bare.code, bare.stderr).toBe(0);
    const rows = bare.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows.find(([label]) => label === '1')).toEqual(expect.arrayContaining(['1', 'not in A']));
    // A needs neuron 0 on, B also neuron 1 off: by literals B lies in A, and (1, 1) follows A alone.
    expect(rows.find(([label]) => label === '0')).toEqual(
      expect.arrayContaining(['B inside A', 'no: an input', 'by literals']),
    );
    expect(bare.stdout).toContain('With --data, samples that follow the one');
    const turned = await cli('compare', files[1]!, files[0]!, ...files.slice(2), '--data', 'data.csv');
    expect(turned.stdout).toContain('not in B');
    expect(turned.stdout).toMatch(/no: data\.csv#2/);
    expect(turned.stdout).not.toContain('With --data');
  });

  it('reads the literals of a release in the next one, where they can be verified', async () => {
    const { code, document } = await json(
      ...(['compare', 'delta-1.nap.json', '--model', 'model.onnx', '--model-b', 'next.onnx'] as const),
      ...['--data', 'data.csv', '--naps-output', 'next.nap.json'],
    );
    expect({ code, ...document }).toMatchObject({ code: 0, sameModel: false, transferred: true });
    expect(document.classes[0]).toMatchObject({
      shared: 1,
      a: { recall: { count: 3 } },
      b: { recall: { count: 3 } },
    });
    const verified = await json(
      ...(['verify', 'next.onnx', '--naps', 'next.nap.json', '-o', 'next.cert.json'] as const),
      ...['--property', 'non-misclassification', '--class', '0'],
    );
    expect([verified.code, verified.document.counts.holds]).toEqual([0, 1]);
  });

  it('refuses options that would do nothing, and a rejected certificate has its exit code', async () => {
    const naps = ['compare', 'delta-1.nap.json', 'delta-0.6.nap.json', '--model', 'model.onnx'];
    const alone = await cli(...naps, '-o', 'unused.json');
    expect([alone.code, alone.stderr.includes('--prove-inclusion')]).toEqual([2, true]);
    const nothing = await cli('compare', 'delta-1.nap.json', '--model', 'model.onnx');
    expect([nothing.code, nothing.stderr.includes('--model-b')]).toEqual([2, true]);
    const { code } = await cli(...naps, '--certificate-a', 'delta-0.6.cert.json');
    expect(code).toBe(4);
  });
});

describe('coverage', () => {
  it('says which literals cost recall, and draws literals; a model without images has no montage', async () => {
    const args = ['model.onnx', '--naps', 'delta-0.6.nap.json', '--data', 'data.csv'];
    const { code, document } = await json('coverage', ...args, '--heat-map', 'literals.svg');
    expect(code).toBe(0);
    expect(document.classes[0]!.loss).toEqual({
      lost: 1,
      byOneLiteral: 1,
      literals: [{ tensor: 'z', index: 1, phase: 'inactive', violated: 1, alone: 1 }],
    });
    // Neuron 0 is on in 3 of 5 samples, and neuron 1 too; within a class only neuron 1 of class 0 varies, 1 of 3.
    const entropy = (p: number) => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
    expect(document.entropy[0]!.overall).toBeCloseTo(entropy(3 / 5), 12);
    expect(document.entropy[0]!.withinClass).toBeCloseTo(entropy(1 / 3) / 4, 12);
    // One cell per literal: two of class 0 and two of class 1, each of its own colour.
    const panels = svgOf('literals.svg').g as { path: unknown[] }[];
    expect(panels.map(({ path }) => path.length)).toEqual([2, 2]);
    const refused = await cli('coverage', ...args, '--montage', 'followers.svg');
    expect([refused.code, refused.stderr.includes('an image')]).toEqual([2, true]);
    expect(existsSync(at('followers.svg'))).toBe(false);
  });
});

describe('guard', () => {
  it('writes a model that says which inputs are certified; 3 where a class is not proved, 4 for a wrong certificate', async () => {
    const args = ['model.onnx', '-o', 'guarded.onnx', '--certificate'];
    const { code, document } = await json('guard', ...args, 'delta-1.cert.json');
    // Class 1 is violated.
    expect(code).toBe(3);
    expect(document.classes.map(({ certified }) => certified)).toEqual([true, false]);
    const run = await opened(new Uint8Array(readFileSync(at('guarded.onnx'))));
    const outputs = await run(Float32Array.of(1, 0, 0.25, 0.75), [2, 2]);
    // Both are class 0, whose NAP is neuron 0 on: x0 > 1/2.
    expect(Array.from(outputs['napcert_certified']!.data as Uint8Array, Number)).toEqual([1, 0]);
    writeFileSync(at('text.json'), '{}');
    expect((await cli('guard', ...args, 'text.json')).code).toBe(2);
    const wrong = readFileSync(at('delta-1.cert.json'), 'utf8').replaceAll('"violated"', '"holds"');
    writeFileSync(at('wrong.cert.json'), wrong);
    const rejected = await cli('guard', 'model.onnx', '-o', 'never.onnx', '--certificate', 'wrong.cert.json');
    expect([rejected.code, existsSync(at('never.onnx'))]).toEqual([4, false]);
  });
});

function svgOf(name: string) {
  return new XMLParser({ ignoreAttributes: false }).parse(readFileSync(at(name), 'utf8')).svg;
}
