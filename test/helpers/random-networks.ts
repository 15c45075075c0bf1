/** Tiny random classifiers with everything that breaks verifiers: zero rows, parallel hyperplanes, ties, odd scales. */
import { encodeModel, float, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { int64s } from './onnx-builder.js';
import type { Random } from './random.js';

export interface TinyNetwork {
  readonly bytes: Uint8Array;
  readonly inputs: number;
  readonly classes: number;
  /** Words for messages. */
  readonly text: string;
}

type Style = 'integer' | 'dyadic' | 'sparse' | 'parallel' | 'scaled' | 'real';

export interface NetworkOptions {
  readonly maxRelus: number;
  /** Max layers and leaky ReLUs too; default true. */
  readonly allKinds?: boolean;
  /** Default true; without, networks are positively homogeneous. */
  readonly biases?: boolean;
}

const STYLES: readonly Style[] = ['integer', 'dyadic', 'sparse', 'parallel', 'scaled', 'real'];

export function tinyNetwork(
  random: Random,
  { maxRelus, allKinds = true, biases = true }: NetworkOptions,
): TinyNetwork {
  const inputs = random.int(1, 3);
  const classes = random.int(2, 4);
  const relus = random.int(2, maxRelus);
  const style = random.pick(STYLES);
  const type = random.chance(0.15) ? 'float64' : 'float32';
  const slope = allKinds && random.chance(0.25) ? random.pick([0.5, 0.25, 0.125, 0.1, 0.01]) : 0;
  const nodes: NodeSpec[] = [];
  const initializers: Record<string, TensorSpec> = {};
  let count = 0;
  let current = 'x';
  let width = inputs;
  const gemm = (from: string, rows: number, cols: number, to: string): void => {
    const { weight, bias } = layerNumbers(random, style, rows, cols);
    initializers[`w${count}`] = tensor(type, [rows, cols], weight);
    initializers[`b${count}`] = tensor(type, [rows], biases ? bias : bias.map(() => 0));
    nodes.push({
      op: 'Gemm',
      name: `gemm${count}`,
      inputs: [from, `w${count}`, `b${count}`],
      outputs: [to],
      attributes: { transB: { kind: 'int', value: 1 } },
    });
    count++;
  };
  const parts = split(random, relus, random.int(1, Math.min(3, relus)));
  const words: string[] = [];
  parts.forEach((size, n) => {
    gemm(current, size, width, `z${n}`);
    nodes.push(
      slope === 0
        ? { op: 'Relu', name: `relu${n}`, inputs: [`z${n}`], outputs: [`a${n}`] }
        : {
            op: 'LeakyRelu',
            name: `relu${n}`,
            inputs: [`z${n}`],
            outputs: [`a${n}`],
            attributes: { alpha: float(slope) },
          },
    );
    words.push(`relu ${size}`);
    let out = `a${n}`;
    if (n > 0 && size === width && random.chance(0.5)) {
      nodes.push({ op: 'Add', name: `add${n}`, inputs: [out, current], outputs: [`s${n}`] });
      out = `s${n}`;
      words.push('add');
    }
    width = size;
    if (allKinds && size % 2 === 0 && random.chance(0.25)) {
      initializers[`grid${n}`] = int64s(-1, 1, size / 2, 2);
      initializers[`flat${n}`] = int64s(-1, size / 2);
      nodes.push(
        { op: 'Reshape', name: `grid${n}`, inputs: [out, `grid${n}`], outputs: [`g${n}`] },
        {
          op: 'MaxPool',
          name: `pool${n}`,
          inputs: [`g${n}`],
          outputs: [`p${n}`],
          attributes: {
            kernel_shape: { kind: 'ints', values: [1, 2] },
            strides: { kind: 'ints', values: [1, 2] },
          },
        },
        { op: 'Reshape', name: `flat${n}`, inputs: [`p${n}`, `flat${n}`], outputs: [`f${n}`] },
      );
      out = `f${n}`;
      width = size / 2;
      words.push('max');
    }
    current = out;
  });
  gemm(current, classes, width, 'logits');
  return {
    bytes: encodeModel({
      nodes,
      initializers,
      inputs: [{ name: 'x', type, dims: ['batch', inputs] }],
      outputs: [{ name: 'logits', type, dims: ['batch', classes] }],
    }),
    inputs,
    classes,
    text: `${style} ${type} slope ${slope}: ${inputs} inputs, ${words.join(', ')}, ${classes} classes`,
  };
}

function split(random: Random, total: number, parts: number): number[] {
  const sizes = new Array<number>(parts).fill(1);
  for (let left = total - parts; left > 0; left--) sizes[random.int(0, parts - 1)]!++;
  return sizes;
}

/** Weights (row-major) and biases of one layer. */
function layerNumbers(
  random: Random,
  style: Style,
  rows: number,
  cols: number,
): { readonly weight: number[]; readonly bias: number[] } {
  const small = (): number => random.int(-3, 3);
  const number: Record<Style, () => number> = {
    integer: small,
    dyadic: () => random.int(-24, 24) / 8,
    sparse: () => (random.chance(0.6) ? 0 : small()),
    parallel: small,
    scaled: small,
    real: () => Math.fround(random.normal()),
  };
  const matrix = Array.from({ length: rows }, () => Array.from({ length: cols }, number[style]));
  const bias = Array.from({ length: rows }, () => (random.chance(0.3) ? 0 : number[style]()));
  for (let i = 0; i < rows; i++) {
    if (style === 'parallel' && i > 0 && random.chance(0.7)) {
      // The same hyperplane again, turned round, doubled, or moved aside.
      const like = random.int(0, i - 1);
      const factor = random.pick([1, -1, 2, -0.5]);
      matrix[i] = matrix[like]!.map((w) => factor * w + 0);
      bias[i] = factor * bias[like]! + (random.chance(0.3) ? random.pick([0.25, -0.25, 1]) : 0);
    }
    if (style === 'scaled') {
      const factor = 2 ** random.int(-14, 14);
      matrix[i] = matrix[i]!.map((w) => factor * w);
      bias[i] = factor * bias[i]!;
    }
    if (random.chance(0.05)) matrix[i]!.fill(0);
  }
  return { weight: matrix.flat(), bias };
}
