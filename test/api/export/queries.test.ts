/** Obligations written as queries: read again, they are the same regions with the same verdicts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exposedModel } from '../../../src/api/export/exposed-model.js';
import { marabouQuery } from '../../../src/api/export/marabou.js';
import { flatQuery, tensorQuery, usedBlocks } from '../../../src/api/export/query-of.js';
import { compareAt, openModel } from '../../../src/api/open-model.js';
import { verifyQuery } from '../../../src/api/vnnlib/verify-query.js';
import { ACTIVE, FREE, INACTIVE, type Phases } from '../../../src/nap/nap.js';
import { forward, logitsOf } from '../../../src/network/forward.js';
import { compileProperty } from '../../../src/obligation/compile.js';
import type { Obligation } from '../../../src/obligation/obligation.js';
import { encodeModel, ints, tensor } from '../../../src/onnx/encode.js';
import { printQuery } from '../../../src/spec/vnnlib/print-query.js';

let folder = '';
/** z = (x0 + x1, x0 - x1, x1 - 0.25), y = (a0 - a1, a1 + a2). */
const MODEL = encodeModel({
  inputs: [{ name: 'x', type: 'float32', dims: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['batch', 2] }],
  initializers: {
    w: tensor('float32', [2, 3], [1, 1, 0, 1, -1, 1]),
    b: tensor('float32', [3], [0, 0, -0.25]),
    v: tensor('float32', [3, 2], [1, 0, -1, 1, 0, 1]),
  },
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['xw'] },
    { op: 'Add', inputs: ['xw', 'b'], outputs: ['z'] },
    { op: 'Relu', inputs: ['z'], outputs: ['a'] },
    { op: 'MatMul', inputs: ['a', 'v'], outputs: ['y'] },
  ],
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  writeFileSync(join(folder, 'm.onnx'), MODEL);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const naps = (...entries: readonly (readonly number[])[]): ReadonlyMap<number, Phases> =>
  new Map(entries.map((phases, label) => [label, Int8Array.from(phases)]));

/**
 * By hand, on the unit square. With z1 >= 0 (x0 >= x1) and z2 <= 0 (x1 <= 1/4): y0 = 2 x1 and y1 = x0 - x1, so class 1
 * wins at x = (1, 0). With z1 <= 0 and z2 <= 0: y0 = x0 + x1 and y1 = 0, a tie at 0 only; from x0 >= 1/8 on there is none.
 */
const CASES = [
  { name: 'sat', nap: [ACTIVE, ACTIVE, INACTIVE], lower: [0, 0], verdict: 'sat' },
  { name: 'unsat', nap: [FREE, INACTIVE, INACTIVE], lower: [0.125, 0], verdict: 'unsat' },
  { name: 'unsat, decimals', nap: [ACTIVE, INACTIVE, INACTIVE], lower: [0.1, 1e-9], verdict: 'unsat' },
] as const;

async function obligationOf(nap: readonly number[], lower: readonly number[]): Promise<Obligation> {
  const { network, loaded } = await openModel(join(folder, 'm.onnx'));
  const context = {
    network,
    modelSha256: loaded.sha256,
    domain: { kind: 'box', lower, upper: 1 },
    naps: naps(nap),
  } as const;
  return compileProperty(context, { kind: 'non-misclassification', class: 0, competitors: [1] })[0]!;
}

async function reread(text: string, model: string) {
  const query = join(folder, 'q.vnnlib');
  writeFileSync(query, text);
  const document = await verifyQuery({ query, network: `f=${model}`, timeoutSeconds: 20 });
  const { network, loaded } = await openModel(model);
  const property = { kind: 'query', name: 'q.vnnlib', text } as const;
  const regions = compileProperty(
    { network, modelSha256: loaded.sha256, domain: { kind: 'unbounded' }, naps: new Map() },
    property,
  );
  return { document, regions };
}

describe('an obligation', () => {
  it.each(CASES)('as VNN-LIB 2.0 is the same region: $name', async ({ nap, lower, verdict }) => {
    const { network } = await openModel(join(folder, 'm.onnx'));
    const obligation = await obligationOf(nap, lower);
    const text = printQuery(tensorQuery(network, obligation), ['a comment']);
    const { document, regions } = await reread(text, join(folder, 'm.onnx'));
    expect(document.verdict).toBe(verdict);
    expect(regions.length).toBe(1);
    const { box, naps: literals, outputs } = regions[0]!;
    expect({ box, literals }).toEqual({ box: obligation.box, literals: obligation.naps });
    const sorted = obligation.outputs.map(({ terms, bound }) => ({
      terms: [...terms].sort((a, b) => a.output - b.output),
      bound,
    }));
    expect(outputs).toEqual(sorted);
  });

  it.each(CASES)('as VNN-LIB 1.0 with the exposed model has the same verdict: $name', async (test) => {
    const model = await openModel(join(folder, 'm.onnx'));
    const obligation = await obligationOf(test.nap, test.lower);
    const exposed = exposedModel(model, usedBlocks(model.network, [obligation]));
    const path = join(folder, 'exposed.onnx');
    writeFileSync(path, exposed.bytes);
    const text = printQuery(flatQuery(model.network, exposed, obligation));
    expect(text).toContain('(assert (>= X_0 ');
    const { document, regions } = await reread(text, path);
    expect(document.verdict).toBe(test.verdict);
    expect(regions[0]!.box).toEqual(obligation.box);
    // The signs of exposed neurons are literals again, and only what is asked of the logits is about outputs.
    expect(regions[0]!.naps).toEqual(obligation.naps);
    expect(regions[0]!.outputs.length).toBe(1);
  });
});

describe('the exposed model', () => {
  it('puts out logits and pre-activations, in onnxruntime as well', async () => {
    const model = await openModel(join(folder, 'm.onnx'));
    const path = join(folder, 'exposed.onnx');
    writeFileSync(path, exposedModel(model, [0]).bytes);
    const exposed = await openModel(path);
    await compareAt(exposed, []);
    const point = Float64Array.of(0.75, 0.5);
    expect(Array.from(logitsOf(exposed.network, point))).toEqual([1, 0.5, 1.25, 0.25, 0.25]);
  });

  it('of a convolution with a fixed batch of one', async () => {
    const path = join(folder, 'conv.onnx');
    const bytes = encodeModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1, 1, 3, 3] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 2] }],
      initializers: {
        k: tensor('float32', [2, 1, 2, 2], [1, 0, 0, -1, 0.5, 1, -1, 2]),
        v: tensor(
          'float32',
          [8, 2],
          Array.from({ length: 16 }, (_, i) => (i % 5) - 2),
        ),
      },
      nodes: [
        { op: 'Conv', inputs: ['x', 'k'], outputs: ['z'], attributes: { strides: ints(1, 1) } },
        {
          op: 'LeakyRelu',
          inputs: ['z'],
          outputs: ['a'],
          attributes: { alpha: { kind: 'float', value: 0.5 } },
        },
        { op: 'Flatten', inputs: ['a'], outputs: ['f'] },
        { op: 'MatMul', inputs: ['f', 'v'], outputs: ['y'] },
      ],
    });
    writeFileSync(path, bytes);
    const exposed = exposedModel(await openModel(path), [0]);
    expect(exposed.outputs).toBe(10);
    writeFileSync(path, exposed.bytes);
    await compareAt(await openModel(path), []);
  });
});

/** The file by its documented lines, evaluated at values of all variables. */
function readMarabou(text: string) {
  const lines = text.trim().split('\n');
  let at = 0;
  const next = (): string[] => lines[at++]!.split(',');
  const [variables, lowers, uppers, equations, constraints] = Array.from({ length: 5 }, () =>
    Number(next()[0]),
  );
  const block = (n: number): string[][] => Array.from({ length: n }, next);
  const inputs = block(Number(next()[0])).map(([, variable]) => Number(variable));
  const outputs = block(Number(next()[0])).map(([, variable]) => Number(variable));
  const parts = {
    variables: variables!,
    inputs,
    outputs,
    lower: block(lowers!),
    upper: block(uppers!),
    equations: block(equations!),
    constraints: block(constraints!),
  };
  expect(at).toBe(lines.length);
  return parts;
}

function satisfies(query: ReturnType<typeof readMarabou>, values: Float64Array): boolean {
  const value = (variable: string): number => values[Number(variable)]!;
  return (
    query.lower.every(([variable, bound]) => value(variable!) >= Number(bound)) &&
    query.upper.every(([variable, bound]) => value(variable!) <= Number(bound)) &&
    query.equations.every(([, type, scalar, ...sum]) => {
      let total = -Number(scalar);
      for (let i = 0; i < sum.length; i += 2) total += value(sum[i]!) * Number(sum[i + 1]);
      return type === '0' ? total === 0 : total >= 0;
    }) &&
    query.constraints.every(([, kind, f, b]) => kind === 'relu' && value(f!) === Math.max(0, value(b!)))
  );
}

describe('an input query of Marabou', () => {
  it('holds exactly for evaluations of the network at points of the region', async () => {
    const { network } = await openModel(join(folder, 'm.onnx'));
    const query = readMarabou(
      marabouQuery(network, await obligationOf([ACTIVE, ACTIVE, INACTIVE], [0, 0])).text,
    );
    const valuesAt = (x0: number, x1: number): Float64Array =>
      Float64Array.from(forward(network, Float64Array.of(x0, x1)).tensors.flatMap((values) => [...values]));
    expect(valuesAt(1, 0).length).toBe(query.variables);
    expect(query.inputs.length + query.outputs.length).toBe(4);
    // In the region and won by class 1; won by class 0; another pattern; outside of the domain.
    expect(satisfies(query, valuesAt(1, 0))).toBe(true);
    expect(satisfies(query, valuesAt(0.5, 0.25))).toBe(false);
    expect(satisfies(query, valuesAt(0.5, 0.75))).toBe(false);
    expect(satisfies(query, valuesAt(2, 0))).toBe(false);
    const wrong = valuesAt(1, 0);
    wrong[query.outputs[0]!]! += 1;
    expect(satisfies(query, wrong)).toBe(false);
  });
});
