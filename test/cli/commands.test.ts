/** What each command prints for a model that can be worked out by hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { parseNapFile } from '../../src/nap/nap-file.js';
import { DOCUMENTS, type DocumentName } from '../../src/report/documents/index.js';
import { sha256 } from '../../src/util/digest.js';
import { runCli } from '../helpers/run-cli.js';
import { TINY, TINY_CSV, tinyModel } from '../helpers/tiny-model.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-cli-'));
  writeFileSync(join(folder, 'tiny.onnx'), tinyModel());
  writeFileSync(join(folder, 'tiny.csv'), TINY_CSV);
  writeFileSync(join(folder, 'wrong.csv'), `${TINY_CSV}5,-1,1\n`);
  const sigmoid = { op: 'Sigmoid', name: 'squash', inputs: ['logits'], outputs: ['p'] };
  const model = tinyModel({ nodes: [...TINY.nodes, sigmoid], outputs: [{ name: 'p' }] });
  writeFileSync(join(folder, 'sigmoid.onnx'), model);
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...args: string[]) => runCli(args, { cwd: folder });

/** Runs with --json and checks the document against its published schema. */
async function json<N extends DocumentName>(name: N, ...args: string[]) {
  const { code, stdout, stderr } = await cli(name, ...args, '--json', '--quiet');
  const document = DOCUMENTS[name].parse(JSON.parse(stdout)) as z.infer<(typeof DOCUMENTS)[N]>;
  return { code, document, stderr };
}

describe('inspect', () => {
  it('describes a model that can be read', async () => {
    const { code, document, stderr } = await json('inspect', 'tiny.onnx');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document).toMatchObject({
      supported: true,
      model: { file: 'tiny.onnx', sha256: sha256(tinyModel()) },
      opsets: [{ domain: '', version: 17 }],
      inputs: [{ name: 'x', shape: ['batch', 2] }],
      outputs: [{ name: 'logits', shape: ['batch', 2] }],
      operators: [
        { operator: 'Gemm', count: 2, status: 'ok' },
        { operator: 'Relu', count: 1, status: 'ok' },
      ],
      network: {
        elementType: 'float32',
        inputSize: 2,
        classes: 2,
        neurons: 2,
        parameters: 12,
        lint: [],
        agreement: { samples: 8, tensors: 3 },
      },
    });
    expect(document.network?.layers.map(({ kind, tensor, neurons }) => [kind, tensor, neurons])).toEqual([
      ['linear', 'z', 0],
      ['relu', 'z', 2],
      ['linear', 'logits', 0],
    ]);
  });

  it('prints the table for people', async () => {
    const { code, stdout } = await cli('inspect', 'tiny.onnx');
    expect(code).toBe(0);
    expect(stdout).toMatch(/neurons +2 ReLU/);
    expect(stdout).toMatch(/Gemm +2 +ok/);
  });

  it('lists a refused model by operator, and exits with 2 and the refusal', async () => {
    const { code, document, stderr } = await json('inspect', 'sigmoid.onnx');
    expect(code).toBe(2);
    expect(document).toMatchObject({ supported: false, network: null });
    expect(document.operators.map(({ operator, status }) => [operator, status])).toEqual([
      ['Gemm', 'ok'],
      ['Relu', 'ok'],
      ['Sigmoid', 'refused'],
    ]);
    expect(document.operators[2]?.node).toContain('squash');
    expect(stderr).toMatch(/^error: sigmoid\.onnx: .*squash.*Sigmoid/);
  });
});

describe('evaluate', () => {
  it('counts right and wrong', async () => {
    const { code, document } = await json('evaluate', 'tiny.onnx', '--data', 'wrong.csv');
    expect(code).toBe(0);
    expect(document).toMatchObject({
      correct: 6,
      accuracy: 6 / 7,
      confusion: [
        [3, 0],
        [1, 3],
      ],
      classes: [
        { class: 0, samples: 3, predicted: 4, correct: 3, recall: 1, precision: 0.75 },
        { class: 1, samples: 4, predicted: 3, correct: 3, recall: 0.75, precision: 1 },
      ],
    });
  });

  it('takes a part of the samples', async () => {
    const args = ['--data', 'wrong.csv', '--split', '2:7', '--limit', '2', '--label-column', 'label'];
    const { document } = await json('evaluate', 'tiny.onnx', ...args);
    expect(document.confusion).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
});

describe('mine and coverage', () => {
  it('writes one NAP file per delta, and coverage finds the counterexample', async () => {
    const args = [
      '--data',
      'wrong.csv',
      '--samples',
      'correct',
      '--delta',
      '1.0,0.75',
      '-o',
      'n-{delta}.json',
    ];
    const { code, document, stderr } = await json('mine', 'tiny.onnx', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document.results.map(({ delta, file }) => [delta, file])).toEqual([
      ['1', 'n-1.json'],
      ['0.75', 'n-0.75.json'],
    ]);
    const text = readFileSync(join(folder, 'n-1.json'), 'utf8');
    expect(document.results[0]?.sha256).toBe(sha256(text));
    // Neuron 0 is x0, neuron 1 is x1: the signs of the samples.
    expect(parseNapFile(text, 'n-1.json').classes.map(({ literals }) => literals)).toEqual([
      [{ tensor: 'z', active: [0], inactive: [1] }],
      [{ tensor: 'z', active: [1], inactive: [0] }],
    ]);
    expect(document.results[0]).toMatchObject({
      classes: [
        { class: 0, support: 3, active: 1, inactive: 1, otherFollowers: 1, counterexamples: 0 },
        { class: 1, support: 3, active: 1, inactive: 1, otherFollowers: 0, counterexamples: 0 },
      ],
      disjointPairs: { count: 1, of: 1 },
    });

    const covered = await json('coverage', 'tiny.onnx', '--naps', 'n-1.json', '--data', 'wrong.csv');
    expect(covered.code).toBe(0);
    expect(covered.document).toMatchObject({
      naps: { file: 'n-1.json', sha256: sha256(text), delta: '1' },
      classes: [
        { class: 0, recall: { count: 3, of: 3 }, otherFollowers: 1 },
        { class: 1, recall: { count: 3, of: 4 }, otherFollowers: 0 },
      ],
      recall: { count: 6, of: 7 },
      uncovered: 0,
    });
  });

  it('keeps held-out samples out of mining', async () => {
    const args = [
      '--data',
      'tiny.csv',
      '--split',
      '1:5',
      '--held-out',
      'first:1',
      '--delta',
      '1',
      '-o',
      'h.json',
    ];
    const { document } = await json('mine', 'tiny.onnx', ...args);
    expect(document.results[0]?.classes[0]).toMatchObject({
      support: 2,
      heldOutRecall: { count: 1, of: 1 },
    });
  });

  it('leaves no temporary file behind', () => {
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('export', () => {
  it.each([
    ['lp', /^Minimize$[\s\S]*^Subject To$[\s\S]*^Bounds$[\s\S]*^End$/m],
    ['mps', /^NAME [\s\S]*^ROWS$[\s\S]*^COLUMNS$[\s\S]*^RHS$[\s\S]*^BOUNDS$[\s\S]*^ENDATA$/m],
  ])('writes one %s file per obligation', async (format, outline) => {
    const mined = ['--data', 'tiny.csv', '--delta', '1', '-o', 'e.nap.json'];
    expect((await cli('mine', 'tiny.onnx', ...mined)).code).toBe(0);
    const args = ['--naps', 'e.nap.json', '--format', format, '-o', `{id}.${format}`];
    const { code, document } = await json('export', 'tiny.onnx', ...args);
    expect(code).toBe(0);
    // One competitor for each of two classes, and one pair.
    expect(document.files.map(({ obligation }) => obligation)).toEqual([
      'non-misclassification/0/1',
      'non-misclassification/1/0',
      'non-ambiguity/0-1',
    ]);
    for (const { file } of document.files) expect(readFileSync(join(folder, file), 'utf8')).toMatch(outline);
    const one = ['--naps', 'e.nap.json', '--format', format, '-o', 'all.txt'];
    const refused = await cli('export', 'tiny.onnx', ...one);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('{id}');
  });
});

describe('doctor', () => {
  it('finds every part working, with versions', async () => {
    const { code, document } = await json('doctor');
    expect(document.checks.filter((check) => !check.ok || check.version === null)).toEqual([]);
    expect(document.checks.map(({ name }) => name)).toEqual(['glpk', 'highs', 'jslp', 'onnxruntime']);
    expect({ code, ok: document.ok }).toEqual({ code: 0, ok: true });
  });
});
