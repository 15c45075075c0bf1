/** The added nodes against the runtime's own hidden values, for every operator set and kind of network. */
import { describe, expect, it } from 'vitest';
import { type GuardedBox, guardedBox, overflowFreeReach } from '../../src/api/guard/domain.js';
import { guardGraph, NO_NAP, OUTPUTS } from '../../src/api/guard/guard-graph.js';
import { ACTIVE, FREE, INACTIVE, type Phases } from '../../src/nap/nap.js';
import { lowerModel } from '../../src/network/lower.js';
import { type Network, neuronBlocks, neuronCount } from '../../src/network/network.js';
import { appendToGraph } from '../../src/onnx/append-graph.js';
import { encodeModel, float, int, ints, type ModelSpec, tensor } from '../../src/onnx/encode.js';
import { exposeOutputs } from '../../src/onnx/expose-outputs.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { randoms, weights } from '../helpers/onnx-builder.js';
import { opened } from '../helpers/run-onnx.js';

const gemms = (relu: 'Relu' | 'LeakyRelu', type: 'float32' | 'float64' = 'float32'): ModelSpec => ({
  nodes: [
    { op: 'Gemm', inputs: ['x', 'w1', 'b1'], outputs: ['z1'] },
    {
      op: relu,
      inputs: ['z1'],
      outputs: ['a1'],
      ...(relu === 'Relu' ? {} : { attributes: { alpha: float(0.25) } }),
    },
    { op: 'Gemm', inputs: ['a1', 'w2', 'b2'], outputs: ['z2'] },
    { op: 'Relu', inputs: ['z2'], outputs: ['a2'] },
    { op: 'Gemm', inputs: ['a2', 'w3', 'b3'], outputs: ['y'] },
  ],
  initializers: {
    w1: weights([5, 8], 1, type),
    b1: weights([8], 2, type),
    w2: weights([8, 6], 3, type),
    b2: weights([6], 4, type),
    w3: weights([6, 4], 5, type),
    b3: weights([4], 6, type),
  },
  inputs: [{ name: 'x', type, dims: ['n', 5] }],
  outputs: [{ name: 'y', type, dims: ['n', 4] }],
});

const conv: ModelSpec = {
  nodes: [
    { op: 'Conv', inputs: ['x', 'k'], outputs: ['z1'], attributes: { kernel_shape: ints(2, 2) } },
    { op: 'Relu', inputs: ['z1'], outputs: ['a1'] },
    { op: 'Flatten', inputs: ['a1'], outputs: ['f'], attributes: { axis: int(1) } },
    { op: 'Gemm', inputs: ['f', 'w', 'b'], outputs: ['y'] },
  ],
  initializers: { k: weights([3, 1, 2, 2], 1), w: weights([27, 3], 2), b: weights([3], 3) },
  inputs: [{ name: 'x', type: 'float32', dims: ['n', 1, 4, 4] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['n', 3] }],
};

function build(spec: ModelSpec, box?: GuardedBox, naps?: (network: Network) => Map<number, Phases>) {
  const loaded = decodeModel(encodeModel(spec));
  const network = lowerModel(loaded);
  const classes = network.tensors[network.output]!.size;
  const literals = naps?.(network) ?? randomNaps(network, classes);
  const proved = new Set([...literals.keys()].filter((label) => label !== 1));
  const request = { network, loaded, naps: literals, proved, box: box ?? guardedBox(network, UNIT) };
  return {
    loaded,
    network,
    classes,
    naps: literals,
    proved,
    bytes: appendToGraph(loaded.bytes, guardGraph(request), {}),
  };
}

const UNIT = { kind: 'box', lower: 0, upper: 1 } as const;

/** Few literals, so that many of them are followed; the last class has no NAP. */
function randomNaps(network: Network, classes: number): Map<number, Phases> {
  const neurons = neuronCount(network);
  return new Map(
    Array.from({ length: classes - 1 }, (_, label) => {
      const draws = randoms(neurons, 50 + label);
      const phases = Int8Array.from(draws, (draw) => (draw < -0.8 ? INACTIVE : draw > 0.75 ? ACTIVE : FREE));
      return [label, phases];
    }),
  );
}

const ROWS = 64;

/** Distances, followers and flags as defined, from the pre-activations that the runtime computes. */
async function compare(built: ReturnType<typeof build>, level: 'disabled' | 'all'): Promise<number> {
  const { network, naps, classes, proved } = built;
  const { size } = network.tensors[network.input]!;
  const dims = [ROWS, ...(built.loaded.model.graph.inputs[0]!.shape!.slice(1) as number[])];
  const numbers = randoms(ROWS * size, 9).map((value, i) => (i % 97 === 0 ? value : Math.abs(value)));
  const data = network.elementType === 'float32' ? Float32Array.from(numbers) : numbers;
  const blocks = neuronBlocks(network);
  const exposed = exposeOutputs(
    built.loaded.bytes,
    blocks.map((block) => block.tensor.name),
  );
  const before = await (await opened(built.loaded.bytes, level))(data, dims);
  const hidden = await (await opened(exposed, 'disabled'))(data, dims);
  const after = await (await opened(built.bytes, level))(data, dims);
  expect(after['y']!.data).toEqual(before['y']!.data);
  let certified = 0;
  for (let row = 0; row < ROWS; row++) {
    const on = blocks.flatMap(({ tensor: { name, size: count } }) =>
      [...(hidden[name]!.data as Float32Array).subarray(row * count, (row + 1) * count)].map((z) => z > 0),
    );
    const distance = Array.from({ length: classes }, (_, label) => {
      const phases = naps.get(label);
      if (phases === undefined) return NO_NAP;
      return on.filter((active, i) => phases[i] !== FREE && active !== (phases[i] === ACTIVE)).length;
    });
    const part = (name: string) => [
      ...(after[name]!.data as Int32Array).subarray(row * classes, (row + 1) * classes),
    ];
    expect(part(OUTPUTS.distance)).toEqual(distance);
    expect(part(OUTPUTS.follows).map(Boolean)).toEqual(distance.map((count) => count === 0));
    const logits = (before['y']!.data as Float32Array).subarray(row * classes, (row + 1) * classes);
    const best = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
    const inside = data.subarray(row * size, (row + 1) * size).every((value) => value >= 0 && value <= 1);
    const flag = Boolean((after[OUTPUTS.certified]!.data as Uint8Array)[row]);
    expect(flag).toBe(inside && proved.has(best) && distance[best] === 0);
    if (flag) certified++;
  }
  return certified;
}

describe('distances, followers and the flag are those of the computed pre-activations', () => {
  const cases: readonly (readonly [string, ModelSpec])[] = [
    ...[7, 8, 9, 11, 12, 13, 18, 22].map(
      (opset) => [`opset ${opset}`, { ...gemms('Relu'), opset, irVersion: opset < 9 ? 3 : 8 }] as const,
    ),
    ['leaky ReLU', gemms('LeakyRelu')],
    ['float64', gemms('Relu', 'float64')],
    ['convolution, opset 9', { ...conv, opset: 9 }],
    ['convolution, opset 17', conv],
  ];
  it.each(cases)('%s', async (_, spec) => {
    const built = build(spec);
    expect(await compare(built, 'disabled')).toBe(await compare(built, 'all'));
  });

  it('some inputs are certified at all', async () => {
    // One literal per NAP.
    const short = (network: Network) =>
      new Map(
        [0, 1, 2, 3].map((label) => [
          label,
          new Int8Array(neuronCount(network)).fill(ACTIVE, label, label + 1),
        ]),
      );
    expect(await compare(build(gemms('Relu'), undefined, short), 'all')).toBeGreaterThan(0);
  });
});

describe('the domain', () => {
  const everything = (network: Network) =>
    new Map(Array.from({ length: 4 }, (_, label) => [label, new Int8Array(neuronCount(network))] as const));
  const flag = async (built: ReturnType<typeof build>, x: readonly number[]) => {
    const run = await opened(built.bytes);
    return Boolean(((await run(Float32Array.from(x), [1, 5]))[OUTPUTS.certified]!.data as Uint8Array)[0]);
  };
  const flagged = (domain: Parameters<typeof guardedBox>[1], ...points: (readonly number[])[]) => {
    const loaded = decodeModel(
      encodeModel({
        ...gemms('Relu'),
        initializers: { ...gemms('Relu').initializers, b3: tensor('float32', [4], [99, 0, 0, 0]) },
      }),
    );
    const network = lowerModel(loaded);
    const naps = everything(network);
    const box = guardedBox(network, domain);
    const graph = guardGraph({ network, loaded, naps, proved: new Set([0, 1, 2, 3]), box });
    const built = {
      loaded,
      network,
      classes: 4,
      naps,
      proved: new Set(naps.keys()),
      bytes: appendToGraph(loaded.bytes, graph, {}),
    };
    return Promise.all(points.map((point) => flag(built, point)));
  };
  const tiny = 2 ** -149;

  it('a box ends where it ends: one subnormal number beyond is outside, and NaN and infinity lie nowhere', async () => {
    const bad = [-tiny, 1 + 2 ** -23, Number.NaN, Infinity, -Infinity].map((value) => [0, 1, value, 0, 0.5]);
    expect(await flagged(UNIT, [0, 1, tiny, -0, 0.5], ...bad)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('bounds of its own for each input', async () => {
    const box = { kind: 'box', lower: [0, 0, 0, 0, -2], upper: [1, 1, 1, 0, -1] } as const;
    const points = [
      [0, 1, 0.5, 0, -1],
      [0, 1, 0.5, 0, 0],
      [0, 1, 0.5, tiny, -1],
      [0, Number.NaN, 0.5, 0, -1],
    ];
    expect(await flagged(box, ...points)).toEqual([true, false, false, false]);
  });

  it('the orthant has no zero, and neither it nor all inputs reach where a sum could overflow', async () => {
    const zero = [0, 0, 0, 0, 0];
    const huge = [0, 0, 3e38, 0, 0];
    expect(await flagged({ kind: 'orthant' }, zero, [tiny, 0, 0, 0, 0], [9, 9, 9, 9, -tiny], huge)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(await flagged({ kind: 'unbounded' }, zero, [-1e9, 0, 1e9, 0, 0], huge)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('an end that is no float32 moves inward, which loses no float32', () => {
    const network = lowerModel(decodeModel(encodeModel(gemms('Relu'))));
    const { lower, upper } = guardedBox(network, { kind: 'box', lower: 0.1, upper: 0.3 });
    // fround(0.1) = 0.1 + 1.5e-9 is inside; fround(0.3) = 0.3 + 1.2e-8 is outside, the float32 before it is not.
    expect(lower).toBe(Math.fround(0.1));
    expect(upper).toBe(Math.fround(0.3) - 2 ** -25);
    expect(upper).toBeLessThan(0.3);
  });

  it('the reach keeps every sum finite', () => {
    const spec = gemms('Relu');
    const network = lowerModel(
      decodeModel(
        encodeModel({
          ...spec,
          initializers: {
            ...spec.initializers,
            w1: tensor('float32', [5, 8], new Float32Array(40).fill(1e30)),
          },
        }),
      ),
    );
    // Five inputs times 1e30, then weights of at most 1 and 8 or 6 terms: below 2^100 (about 1.3e30) needs inputs below 1.
    expect(overflowFreeReach(network)).toBeLessThan(1);
    expect(overflowFreeReach(network)).toBeGreaterThan(2 ** -10);
  });
});
