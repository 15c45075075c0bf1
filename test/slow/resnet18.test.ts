/** A network of ImageNet size, with random weights: read, lowered and evaluated in bounded memory, as onnxruntime does. */
import { describe, expect, it } from 'vitest';
import { forward } from '../../src/network/forward.js';
import { lowerModel } from '../../src/network/lower.js';
import { openSession } from '../../src/network/oracle.js';
import { ints, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { model, node, randoms, weights } from '../helpers/onnx-builder.js';

const SIZE = 3 * 224 * 224;

class ResNet18 {
  readonly nodes: NodeSpec[] = [];
  readonly initializers: Record<string, TensorSpec> = {};
  #convolutions = 0;

  bytes(): Uint8Array {
    let x = this.#relu(this.#convolution('x', 3, 64, 7, 2));
    const window = { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) };
    x = this.#node('MaxPool', [x], window);
    let channels = 64;
    for (const out of [64, 128, 256, 512]) {
      for (const first of [true, false]) {
        const stride = first && out > 64 ? 2 : 1;
        const inner = this.#relu(this.#convolution(x, channels, out, 3, stride));
        const sum = this.#convolution(inner, out, out, 3, 1);
        const skip = stride === 2 ? this.#convolution(x, channels, out, 1, 2) : x;
        x = this.#relu(this.#node('Add', [sum, skip]));
        channels = out;
      }
    }
    const mean = this.#node('Flatten', [this.#node('GlobalAveragePool', [x])]);
    this.initializers['w'] = weights([512, 1000], 1);
    this.initializers['b'] = weights([1000], 2);
    this.nodes.push(node('Gemm', [mean, 'w', 'b'], 'y'));
    return model(['N', 3, 224, 224], this.nodes, this.initializers);
  }

  #node(op: string, inputs: readonly string[], attributes: NodeSpec['attributes'] = {}): string {
    const output = `${op}${this.nodes.length}`;
    this.nodes.push(node(op, inputs, output, attributes));
    return output;
  }

  #relu(x: string): string {
    return this.#node('Relu', [x]);
  }

  /** Convolution and batch normalization; weights of the size that keeps activations near 1. */
  #convolution(x: string, from: number, to: number, kernel: number, stride: number): string {
    const seed = ++this.#convolutions;
    const add = (name: string, dims: readonly number[], values: Float64Array): string => {
      this.initializers[`${name}${seed}`] = tensor('float32', dims, values);
      return `${name}${seed}`;
    };
    const dims = [to, from, kernel, kernel];
    const spread = Math.sqrt(3 / (from * kernel * kernel));
    const w = add(
      'w',
      dims,
      randoms(to * from * kernel * kernel, seed).map((v) => v * spread),
    );
    const near = (name: string, centre: number) =>
      add(
        name,
        [to],
        randoms(to, seed + 100).map((v) => centre + 0.1 * v),
      );
    const pad = (kernel - 1) / 2;
    const attributes = { strides: ints(stride, stride), pads: ints(pad, pad, pad, pad) };
    const c = this.#node('Conv', [x, w], attributes);
    return this.#node('BatchNormalization', [
      c,
      near('scale', 1),
      near('shift', 0),
      near('mean', 0),
      near('variance', 1),
    ]);
  }
}

describe('a ResNet-18 on 224x224x3', () => {
  it('is lowered and evaluated', { timeout: 600_000 }, async () => {
    const loaded = decodeModel(new ResNet18().bytes());
    const network = lowerModel(loaded);
    const point = randoms(SIZE, 5).map(Math.fround);
    const logits = forward(network, point).tensors[network.output]!;
    const session = await openSession(loaded.bytes, network);
    const { logits: theirs } = await session.run(point, 1);
    await session.close();
    const largest = logits.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    logits.forEach((value, i) => {
      expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-3 * largest);
    });
  });
});
