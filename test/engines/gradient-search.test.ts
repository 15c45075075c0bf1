/** Points of the gradient search follow and reach the constraint in exact arithmetic, and it finds what is easy to find. */
import { describe, expect, it } from 'vitest';
import { replayPoint } from '../../src/checker/exact/replay.js';
import { GradientSearch } from '../../src/engines/falsify/gradient-search.js';
import { compileProperty } from '../../src/obligation/compile.js';
import { tensor } from '../../src/onnx/encode.js';
import { lowerBytes, model, node } from '../helpers/onnx-builder.js';

/** logits (relu(x - y), relu(y - x)) on [0, 1]^2: class 0 where x > y. */
function comparison() {
  const square = (values: readonly number[]) => tensor('float32', [2, 2], values);
  const bytes = model(
    ['batch', 2],
    [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('MatMul', ['a', 'v'], 'y')],
    { w: square([1, -1, -1, 1]), v: square([1, 0, 0, 1]) },
  );
  return { network: lowerBytes(bytes) };
}

describe('gradient search', () => {
  it('walks from class 0 to class 1 and stays in the box', async () => {
    const { network } = comparison();
    const claim = {
      network,
      modelSha256: '0'.repeat(64),
      domain: { kind: 'box', lower: 0, upper: 1 } as const,
      naps: new Map([[0, Int8Array.of(0, 0)]]),
    };
    const [obligation] = compileProperty(claim, {
      kind: 'non-misclassification',
      class: 0,
      competitors: [1],
    });
    const search = new GradientSearch(network);
    const found = await search.run(obligation!, [Float64Array.of(0.9, 0.1)], { steps: 300, rate: 0.02 });
    await search.dispose();
    expect(found!.points.length).toBe(1);
    const replay = replayPoint(network, obligation!, found!.points[0]!);
    expect(replay.inRegion).toBe(true);
  });

  it('finds nothing where the NAP excludes the other class', async () => {
    const { network } = comparison();
    const claim = {
      network,
      modelSha256: '0'.repeat(64),
      domain: { kind: 'box', lower: 0, upper: 1 } as const,
      naps: new Map([[0, Int8Array.of(1, -1)]]),
    };
    const [obligation] = compileProperty(claim, {
      kind: 'non-misclassification',
      class: 0,
      competitors: [1],
    });
    const search = new GradientSearch(network);
    const found = await search.run(obligation!, [Float64Array.of(0.9, 0.1)], { steps: 300, rate: 0.02 });
    await search.dispose();
    // x > y strictly on the region, so no point that follows ties or loses by more than rounding.
    expect(found!.best!).toBeLessThan(1e-5);
  });

  it('reaches all constraints of an obligation at once, by signs as by Adam', async () => {
    const { network } = comparison();
    // x - y >= 0.25 and -x >= -0.5 through the logits: relu(x - y) in [0.25, 0.5].
    const term = (coefficient: number) => [{ output: 0, coefficient }];
    const obligation = {
      kind: 'obligation' as const,
      id: 'test',
      box: { lower: Float64Array.of(0, 0), upper: Float64Array.of(1, 1) },
      naps: [],
      outputs: [
        { terms: term(1), bound: 0.25 },
        { terms: term(-1), bound: -0.5 },
      ],
      digest: '',
    };
    const search = new GradientSearch(network);
    for (const method of ['adam', 'signs'] as const) {
      for (const start of [Float64Array.of(1, 0), Float64Array.of(0.1, 0)]) {
        const found = await search.run(obligation, [start], { steps: 100, rate: 0.05, method });
        const [x, y] = found!.points[0]!;
        expect(x! - y!).toBeGreaterThanOrEqual(0.25 - 1e-6);
        expect(x! - y!).toBeLessThanOrEqual(0.5 + 1e-6);
      }
    }
    await search.dispose();
  });

  it('searches several obligations in one batch, and leaves a plateau by the leak', async () => {
    const { network } = comparison();
    const box = { lower: Float64Array.of(0, 0), upper: Float64Array.of(1, 1) };
    const towards = (output: number, bound: number) => ({
      kind: 'obligation' as const,
      id: `${output}`,
      box,
      naps: [],
      outputs: [{ terms: [{ output, coefficient: 1 }], bound }],
      digest: '',
    });
    const search = new GradientSearch(network);
    // Logit 1 is relu(y - x): flat at the start, and never above 1.
    const targets = [towards(1, 0.5), towards(0, 2)].map((obligation) => ({
      obligation,
      starts: [Float64Array.of(0.9, 0.1)],
    }));
    const stuck = await search.runAll(targets, { steps: 100, rate: 0.05 });
    const ended = await search.runAll(targets, { steps: 100, rate: 0.05, leak: 0.1 });
    await search.dispose();
    expect(stuck!.find(({ target }) => target === 0)!.value).toBe(-0.5);
    expect(ended![0]!.target).toBe(0);
    expect(ended![0]!.value!).toBeGreaterThanOrEqual(0);
    expect(ended![1]!.value!).toBeLessThan(0);
  });
});
