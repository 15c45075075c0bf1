/** Tolerances against binary32 evaluations in random orders, with fused operations, flushing and merged scalings. */
import { describe, expect, it } from 'vitest';
import type { Phases } from '../../src/nap/nap.js';
import { lowerModel } from '../../src/network/lower.js';
import type { LinearLayer, Network } from '../../src/network/network.js';
import { neuronBlocks, neuronCount } from '../../src/network/network.js';
import { exposable, openSession } from '../../src/network/oracle.js';
import { roundingTolerances } from '../../src/obligation/float-error/tolerances.js';
import type { Box } from '../../src/obligation/obligation.js';
import { tensor } from '../../src/onnx/encode.js';
import { loadModel } from '../../src/onnx/load-model.js';
import { UnsupportedError } from '../../src/util/errors.js';
import { Machine, randomPoint, worstRatio } from '../helpers/binary32-machine.js';
import { lowerBytes, model, node, weights } from '../helpers/onnx-builder.js';
import { type Random, seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';

/** Some of the phases that an evaluation found, as a NAP. */
function someOf(random: Random, network: Network, tensors: readonly Float64Array[]): Phases {
  const phases = new Int8Array(neuronCount(network));
  for (const { layer, offset, size } of neuronBlocks(network)) {
    for (let i = 0; i < size; i++)
      if (random.chance(0.5)) phases[offset + i] = tensors[layer.input]![i]! > 0 ? 1 : -1;
  }
  return phases;
}

describe('tolerances', () => {
  it('cover random evaluations of random networks that follow random NAPs', () => {
    const random = seeded(32);
    let runs = 0;
    let worst = 0;
    while (runs < 600) {
      const network = lowerBytes(tinyNetwork(random, { maxRelus: 10 }).bytes);
      if (network.elementType !== 'float32') continue;
      const size = network.tensors[network.input]!.size;
      const scale = 2 ** random.int(-130, 6);
      const box: Box = {
        lower: new Float64Array(size).fill(-scale),
        upper: new Float64Array(size).fill(scale),
      };
      for (let k = 0; k < 4; k++, runs++) {
        const machine = new Machine(random, random.chance(0.5));
        const point = randomPoint(random, box);
        const tensors = machine.run(network, point);
        const nap = someOf(random, network, tensors);
        const tolerances = roundingTolerances(network, box, [nap]);
        const ratio = worstRatio(network, tolerances, (id) => tensors[id]!, point);
        expect(ratio).toBeLessThanOrEqual(1);
        worst = Math.max(worst, ratio);
      }
    }
    // A bound that is never nearly reached would be a sign that the machine does nothing wrong.
    expect(worst).toBeGreaterThan(0.1);
  });

  it('cover convolutions, mean pooling, scalings and residual sums', () => {
    const bytes = model(
      [1, 2, 6, 6],
      [
        node('Conv', ['x', 'w', 'b'], 'c', { pads: { kind: 'ints', values: [1, 1, 1, 1] } }),
        node('Mul', ['c', 'm'], 's'),
        node('Relu', ['s'], 'a'),
        node('Add', ['a', 'x'], 'r'),
        node('AveragePool', ['r'], 'p', { kernel_shape: { kind: 'ints', values: [3, 3] } }),
        node('LeakyRelu', ['p'], 'l'),
        node('Flatten', ['l'], 'f'),
        node('Gemm', ['f', 'v', 'u'], 'y'),
      ],
      {
        w: weights([2, 2, 3, 3], 1),
        b: weights([2], 2),
        m: weights([1, 2, 1, 1], 3),
        v: weights([32, 3], 4),
        u: weights([3], 5),
      },
    );
    const network = lowerBytes(bytes);
    const size = network.tensors[network.input]!.size;
    const box: Box = { lower: new Float64Array(size).fill(-1), upper: new Float64Array(size).fill(2) };
    const random = seeded(7);
    for (let k = 0; k < 100; k++) {
      const point = randomPoint(random, box);
      const tensors = new Machine(random, true).run(network, point);
      const tolerances = roundingTolerances(network, box, [someOf(random, network, tensors)]);
      expect(worstRatio(network, tolerances, (id) => tensors[id]!, point)).toBeLessThanOrEqual(1);
    }
  });

  it('cover a scaling that is merged into the weights before it', () => {
    const bytes = model(['N', 20], [node('MatMul', ['x', 'w'], 'z'), node('Mul', ['z', 'm'], 'y')], {
      w: weights([20, 8], 1),
      m: weights([8], 3),
    });
    const network = lowerBytes(bytes);
    const box: Box = { lower: new Float64Array(20).fill(-1), upper: new Float64Array(20).fill(1) };
    const random = seeded(3);
    const [product, scaling] = network.layers as [LinearLayer, LinearLayer];
    const tolerance = roundingTolerances(network, box, [])[scaling.output]!;
    expect(roundingTolerances(network, box, [])[product.output]).toBeNull();
    for (let k = 0; k < 200; k++) {
      const point = randomPoint(random, box);
      const machine = new Machine(random, false);
      for (let row = 0; row < 8; row++) {
        const factor = scaling.map.weight[row]!;
        const dense = product.map.weight.slice(row * 20, row * 20 + 20);
        const merged = dense.map((w) => Math.fround(w * factor));
        const layer: LinearLayer = {
          ...product,
          map: { kind: 'dense', rows: 1, cols: 20, weight: merged },
          bias: new Float64Array(1),
        };
        const exact = factor * dense.reduce((sum, w, j) => sum + w * point[j]!, 0);
        expect(Math.abs(machine.row(layer, 0, point) - exact)).toBeLessThanOrEqual(tolerance[row]!);
      }
    }
  });

  it('cover onnxruntime on a shipped model', async () => {
    const loaded = await loadModel('models/mnist-code-128x4.onnx');
    const network = lowerModel(loaded);
    const size = network.tensors[network.input]!.size;
    const box: Box = { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
    const tolerances = roundingTolerances(network, box, []);
    const ids = exposable(loaded.bytes, network).filter((id) => tolerances[id] !== null);
    const session = await openSession(loaded.bytes, network, { expose: ids });
    const random = seeded(1);
    let worst = 0;
    for (let k = 0; k < 30; k++) {
      const point = randomPoint(random, box).map((x) => (random.chance(0.7) ? 0 : x));
      const { exposed } = await session.run(point, 1);
      const computed = (id: number) => exposed[ids.indexOf(id)] ?? null;
      worst = Math.max(worst, worstRatio(network, tolerances, computed, point));
    }
    await session.close();
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('are large where a small bias meets a huge weight', () => {
    // Zombori et al. 2021: 1e17 u1 - 1e17 u2 + 1e-3, whose bias float32 absorbs.
    const network = lowerBytes(
      model(['N', 2], [node('Gemm', ['x', 'w', 'b'], 'y')], {
        w: tensor('float32', [2, 1], [1e17, -1e17]),
        b: tensor('float32', [1], [1e-3]),
      }),
    );
    const box: Box = { lower: new Float64Array(2), upper: new Float64Array(2).fill(1) };
    const [tolerance] = roundingTolerances(network, box, [])[network.layers[0]!.output]!;
    expect(tolerance).toBeGreaterThan(2e17 * 2 ** -24);
  });

  it('are refused where nothing can be said', () => {
    const norm = model(['N', 2, 1, 1], [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y')], {
      s: weights([2], 1),
      b: weights([2], 2),
      m: weights([2], 3),
      v: tensor('float32', [2], [1, 2 ** 110]),
    });
    const double = model(['N', 2], [node('Relu', ['x'], 'y')], {}, { type: 'float64' });
    const plain = model(['N', 2], [node('Gemm', ['x', 'w'], 'y')], {
      w: weights([2, 2]),
    });
    const unit: Box = { lower: new Float64Array(2), upper: new Float64Array(2).fill(1) };
    const unbounded: Box = {
      lower: new Float64Array(2).fill(-Infinity),
      upper: new Float64Array(2).fill(Infinity),
    };
    const overflow: Box = { lower: new Float64Array(2), upper: new Float64Array(2).fill(3e38) };
    expect(() => roundingTolerances(lowerBytes(norm), unit, [])).toThrow(UnsupportedError);
    expect(() => roundingTolerances(lowerBytes(double), unit, [])).toThrow(UnsupportedError);
    expect(() => roundingTolerances(lowerBytes(plain), unbounded, [])).toThrow(UnsupportedError);
    expect(() => roundingTolerances(lowerBytes(plain), overflow, [])).toThrow(UnsupportedError);
    expect(() => roundingTolerances(lowerBytes(plain), unit, [])).not.toThrow();
  });
});
