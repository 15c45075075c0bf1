/** Rounding tolerances of BatchNormalization, against every usual way to compute it in binary32 and onnxruntime. */
import { describe, expect, it } from 'vitest';
import { initialBounds, propagate } from '../../src/bounds/interval.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Network } from '../../src/network/network.js';
import { exposable, openSession } from '../../src/network/oracle.js';
import { roundingTolerances, type Tolerances } from '../../src/obligation/float-error/tolerances.js';
import type { Box } from '../../src/obligation/obligation.js';
import { tensor } from '../../src/onnx/encode.js';
import { loadModel } from '../../src/onnx/load-model.js';
import { Machine, randomPoint, worstRatio } from '../helpers/binary32-machine.js';
import { lowerBytes, model, node } from '../helpers/onnx-builder.js';
import { type Random, seeded } from '../helpers/random.js';

const INPUTS = 5;
const CHANNELS = 4;
const CLASSES = 3;

interface Numbers {
  readonly w: Float64Array;
  readonly b: Float64Array;
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly epsilon: number;
  readonly v: Float64Array;
  readonly c: Float64Array;
}

/** Numbers of many magnitudes, often 0 or 1. */
function numbersFrom(random: Random): Numbers {
  const scale = 2 ** random.int(-12, 12);
  const number = () => {
    if (random.chance(0.15)) return 0;
    if (random.chance(0.1)) return random.chance(0.5) ? 1 : -1;
    return Math.fround((2 * random.next() - 1) * scale * 2 ** random.int(-3, 3));
  };
  const list = (length: number, of = number) => Float64Array.from({ length }, of);
  return {
    w: list(CHANNELS * INPUTS),
    b: random.chance(0.5) ? new Float64Array(CHANNELS) : list(CHANNELS),
    gamma: list(CHANNELS),
    beta: random.chance(0.3) ? new Float64Array(CHANNELS) : list(CHANNELS),
    mean: random.chance(0.3) ? new Float64Array(CHANNELS) : list(CHANNELS),
    variance: list(CHANNELS, () => Math.abs(number())),
    epsilon: Math.fround(random.chance(0.5) ? 1e-5 : 1e-3),
    v: list(CLASSES * CHANNELS),
    c: list(CLASSES),
  };
}

function encode(n: Numbers, order: 'before' | 'behind'): Uint8Array {
  const norm = (from: string, to: string) =>
    node('BatchNormalization', [from, 'gamma', 'beta', 'mean', 'variance'], to, {
      epsilon: { kind: 'float', value: n.epsilon },
    });
  const nodes =
    order === 'before'
      ? [node('Gemm', ['x', 'w', 'b'], 'g'), norm('g', 'z'), node('Relu', ['z'], 'a')]
      : [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'r'), norm('r', 'a')];
  const transposed = (values: Float64Array, rows: number, cols: number) =>
    Float64Array.from({ length: values.length }, (_, i) => values[(i % rows) * cols + Math.floor(i / rows)]!);
  const channel = (values: Float64Array) => tensor('float32', [CHANNELS], values);
  return model(['N', INPUTS], [...nodes, node('Gemm', ['a', 'v', 'c'], 'y')], {
    w: tensor('float32', [INPUTS, CHANNELS], transposed(n.w, CHANNELS, INPUTS)),
    b: channel(n.b),
    gamma: channel(n.gamma),
    beta: channel(n.beta),
    mean: channel(n.mean),
    variance: channel(n.variance),
    v: tensor('float32', [CHANNELS, CLASSES], transposed(n.v, CLASSES, CHANNELS)),
    c: tensor('float32', [CLASSES], n.c),
  });
}

/** Dense row over operands, in a random order. */
function row(machine: Machine, w: ArrayLike<number>, bias: number, x: ArrayLike<number>): number {
  const map = { kind: 'dense', rows: 1, cols: w.length, weight: Float64Array.from(w) } as const;
  const layer = { kind: 'linear', node: '', inputs: [0], output: 1, map, divisor: null } as const;
  return machine.row({ ...layer, bias: Float64Array.of(bias) }, 0, x);
}

/** One way to compute a channel's scale. */
function scaleOf(machine: Machine, n: Numbers, k: number): number {
  const deviation = machine.round(Math.sqrt(machine.round(machine.read(n.variance[k]!) + n.epsilon)));
  const gamma = machine.read(n.gamma[k]!);
  if (machine.random.chance(0.5)) return machine.round(gamma / deviation);
  return machine.round(gamma * machine.round(1 / deviation));
}

function normalized(machine: Machine, n: Numbers, k: number, x: number): number {
  const { random } = machine;
  const round = (value: number) => machine.round(value);
  const s = scaleOf(machine, n, k);
  const [mean, beta] = [n.mean[k]!, n.beta[k]!];
  switch (random.int(0, 3)) {
    case 0:
      return round(round(s * round(x - mean)) + beta);
    case 1: {
      const deviation = round(Math.sqrt(round(n.variance[k]! + n.epsilon)));
      return round(round(round(round(x - mean) / deviation) * n.gamma[k]!) + beta);
    }
    case 2: // Multiplied first, and fused.
      return round(s * round(x - mean) + beta);
    default:
      return round(round(x * s) + round(beta - round(mean * s)));
  }
}

/** The linear layer with the normalization behind it folded in. */
function foldedBefore(machine: Machine, n: Numbers, k: number, x: Float64Array): number {
  const round = (value: number) => machine.round(value);
  const s = scaleOf(machine, n, k);
  const w = n.w.slice(k * INPUTS, (k + 1) * INPUTS).map((value) => round(value * s));
  const [b, mean, beta] = [n.b[k]!, n.mean[k]!, n.beta[k]!];
  const bias = machine.random.chance(0.5)
    ? round(round(round(b - mean) * s) + beta)
    : round(round(b * s) + round(beta - round(mean * s)));
  return row(machine, w, bias, x);
}

/** The normalization folded into the linear layer behind it. */
function foldedBehind(machine: Machine, n: Numbers, r: ArrayLike<number>): Float64Array {
  const round = (value: number) => machine.round(value);
  const s = Float64Array.from({ length: CHANNELS }, (_, k) => scaleOf(machine, n, k));
  const shift = s.map((value, k) => round(n.beta[k]! - round(n.mean[k]! * value)));
  return n.c.map((c, j) => {
    const v = n.v.subarray(j * CHANNELS, (j + 1) * CHANNELS);
    return row(
      machine,
      v.map((value, k) => round(value * s[k]!)),
      row(machine, v, c, shift),
      r,
    );
  });
}

/** Intervals of the logits that the model with tolerances reaches at a point. */
function logitsOf(network: Network, tolerances: Tolerances, point: Float64Array) {
  const layers = network.layers.map((layer) => {
    const tolerance = tolerances[layer.output] ?? null;
    return layer.kind === 'linear' && tolerance !== null ? { ...layer, tolerance } : layer;
  });
  const model: Network = { ...network, layers };
  const rounded = point.map(Math.fround);
  const bounds = initialBounds(model, { lower: rounded, upper: rounded }, []);
  expect(propagate(model, bounds, 0)).toBeNull();
  return { lower: bounds.lower[network.output]!, upper: bounds.upper[network.output]! };
}

describe('tolerances of BatchNormalization', () => {
  it.each(['before', 'behind'] as const)('cover random evaluations (%s the ReLU)', (order) => {
    const random = seeded(order === 'before' ? 11 : 12);
    let worst = 0;
    for (let run = 0; run < 500; run++) {
      const n = numbersFrom(random);
      const network = lowerBytes(encode(n, order));
      const scale = 2 ** random.int(-20, 10);
      const box: Box = {
        lower: new Float64Array(INPUTS).fill(random.chance(0.5) ? 0 : -scale),
        upper: new Float64Array(INPUTS).fill(scale),
      };
      const tolerances = roundingTolerances(network, box, []);
      const id = (name: string) => network.tensors.findIndex((known) => known.name === name);
      for (let k = 0; k < 4; k++) {
        const machine = new Machine(random, random.chance(0.3));
        const x = randomPoint(random, box);
        const channels = Array.from({ length: CHANNELS }, (_, i) => i);
        const dense = () =>
          channels.map((i) => row(machine, n.w.slice(i * INPUTS, (i + 1) * INPUTS), n.b[i]!, x));
        const relu = (z: readonly number[]) => z.map((value) => (value > 0 ? value : 0));
        const logits = (a: ArrayLike<number>) =>
          n.c.map((c, j) => row(machine, n.v.slice(j * CHANNELS, (j + 1) * CHANNELS), c, a));
        let z: readonly number[];
        let y: ArrayLike<number>;
        if (order === 'before') {
          const g = dense();
          z = channels.map((i) =>
            random.chance(0.4) ? foldedBefore(machine, n, i, x) : normalized(machine, n, i, g[i]!),
          );
          y = logits(relu(z));
        } else {
          z = dense();
          const r = relu(z);
          y = random.chance(0.4)
            ? foldedBehind(machine, n, r)
            : logits(channels.map((i) => normalized(machine, n, i, r[i]!)));
        }
        const computed = (tensorId: number) =>
          tensorId === id('z') ? z : tensorId === network.output ? y : null;
        const ratio = worstRatio(network, tolerances, computed, x);
        expect(ratio).toBeLessThanOrEqual(1);
        worst = Math.max(worst, ratio);
      }
    }
    expect(worst).toBeGreaterThan(0.05);
  });

  it('count the roundings of a scale that happens to be 1', () => {
    const n: Numbers = {
      ...numbersFrom(seeded(1)),
      gamma: new Float64Array(CHANNELS).fill(1),
      variance: new Float64Array(CHANNELS).fill(1 - 2 ** -20),
      epsilon: 2 ** -20,
      beta: new Float64Array(CHANNELS),
      mean: new Float64Array(CHANNELS),
    };
    const network = lowerBytes(encode(n, 'before'));
    const plain = lowerBytes(encode({ ...n, gamma: n.gamma.map(() => 1 + 2 ** -23) }, 'before'));
    const box: Box = { lower: new Float64Array(INPUTS), upper: new Float64Array(INPUTS).fill(1) };
    const of = (net: typeof network) => {
      const id = net.tensors.findIndex(({ name }) => name === 'z');
      return roundingTolerances(net, box, [])[id]!;
    };
    const [one, near] = [of(network), of(plain)];
    one.forEach((tolerance, k) => {
      expect(tolerance).toBeGreaterThan(0.99 * near[k]!);
    });
  });

  it.each(['mnist-conv', 'mnist-conv-zero-bias'])(
    'cover onnxruntime on %s, with and without fusion',
    async (name) => {
      const loaded = await loadModel(`models/${name}.onnx`);
      const network = lowerModel(loaded);
      const size = network.tensors[network.input]!.size;
      const box: Box = { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
      const tolerances = roundingTolerances(network, box, []);
      const ids = exposable(loaded.bytes, network).filter((id) => tolerances[id] !== null);
      const random = seeded(1);
      // What is exposed stays a tensor of the graph; the logits alone leave the runtime free to fuse.
      for (const expose of [ids, []]) {
        const session = await openSession(loaded.bytes, network, { expose, optimize: expose.length === 0 });
        let worst = 0;
        for (let k = 0; k < 12; k++) {
          const point = randomPoint(random, box).map((x) => (random.chance(0.7) ? 0 : x));
          const { logits, exposed } = await session.run(point, 1);
          const computed = (id: number) =>
            id === network.output ? logits : (exposed[expose.indexOf(id)] ?? null);
          if (expose.length > 0) worst = Math.max(worst, worstRatio(network, tolerances, computed, point));
          else {
            const reached = logitsOf(network, tolerances, point);
            logits.forEach((value, i) => {
              expect(value).toBeGreaterThanOrEqual(reached.lower[i]!);
              expect(value).toBeLessThanOrEqual(reached.upper[i]!);
            });
          }
        }
        await session.close();
        expect(worst).toBeLessThanOrEqual(1);
      }
    },
  );
});
