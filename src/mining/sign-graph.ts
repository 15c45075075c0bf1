/**
 * The network as an ONNX model in float64 with a free batch dimension, built from the intermediate
 * representation, whose outputs are all pre-activations and the logits.
 *
 * Why not the user's file with extra outputs: published classifiers often fix the batch at 1, and float32
 * rounding leaves thousands of signs undecided where float64 leaves none or a few. Only operators that
 * onnxruntime's CPU provider offers in float64 are used, so a convolution is a gather and a product.
 */
import type { ConvMap, LinearLayer, MaxLayer, Network, ReluLayer, SparseMap } from '../network/network.js';
import { neuronBlocks } from '../network/network.js';
import { encodeModel, int, type NodeSpec, type TensorSpec, tensor } from '../onnx/encode.js';
import { assertNever } from '../util/errors.js';
import { convColumn, kernelSize, PADDING } from './conv-taps.js';

export interface SignGraph {
  readonly bytes: Uint8Array;
  readonly inputName: string;
  /** Names of the pre-activation outputs, one per neuron block; each is `batch x block size`. */
  readonly blockNames: readonly string[];
  readonly logitsName: string;
  /** Doubles that one sample occupies in all intermediate tensors together; for choosing the batch size. */
  readonly doublesPerSample: number;
}

/** Collects nodes and constants under fresh names. */
interface Builder {
  readonly nodes: NodeSpec[];
  readonly initializers: Record<string, TensorSpec>;
  doubles: number;
}

/** Builds the model; tensors are `batch x flat size`. */
export function signGraph(network: Network): SignGraph {
  const builder: Builder = { nodes: [], initializers: {}, doubles: network.tensors[network.input]!.size };
  const names = network.tensors.map((_, id) => `t${id}`);
  for (const layer of network.layers) {
    const target = names[layer.output]!;
    switch (layer.kind) {
      case 'linear':
        addLinear(
          builder,
          layer,
          layer.inputs.map((id) => names[id]!),
          target,
        );
        break;
      case 'relu':
        addRelu(builder, layer, names[layer.input]!, target, network.tensors[layer.output]!.size);
        break;
      case 'max':
        addMax(builder, layer, names[layer.input]!, target);
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
  const blocks = neuronBlocks(network);
  const blockNames = blocks.map(({ layer }, n) =>
    add(builder, 'Identity', [names[layer.input]!], blocks[n]!.size, `z${n}`),
  );
  const logitsName = add(
    builder,
    'Identity',
    [names[network.output]!],
    network.tensors[network.output]!.size,
    'logits',
  );
  const bytes = encodeModel({
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: [
      {
        name: names[network.input]!,
        type: 'float64',
        dims: ['batch', network.tensors[network.input]!.size],
      },
    ],
    outputs: [
      ...blocks.map(({ size }, n) => ({
        name: blockNames[n]!,
        type: 'float64' as const,
        dims: ['batch', size],
      })),
      { name: logitsName, type: 'float64', dims: ['batch', network.tensors[network.output]!.size] },
    ],
  });
  return {
    bytes,
    inputName: names[network.input]!,
    blockNames,
    logitsName,
    doublesPerSample: builder.doubles,
  };
}

function add(
  builder: Builder,
  op: string,
  inputs: readonly string[],
  doubles: number,
  output = `n${builder.nodes.length}`,
  attributes?: NodeSpec['attributes'],
): string {
  builder.nodes.push({ op, inputs, outputs: [output], ...(attributes === undefined ? {} : { attributes }) });
  builder.doubles += doubles;
  return output;
}

function constant(
  builder: Builder,
  type: 'float64' | 'int64',
  dims: readonly number[],
  values: ArrayLike<number>,
): string {
  const name = `c${Object.keys(builder.initializers).length}`;
  builder.initializers[name] = tensor(type, dims, values);
  return name;
}

function addLinear(builder: Builder, layer: LinearLayer, inputs: readonly string[], target: string): void {
  const { map, bias, divisor } = layer;
  const x =
    inputs.length === 1 ? inputs[0]! : add(builder, 'Concat', inputs, map.cols, undefined, { axis: int(1) });
  const offset = constant(builder, 'float64', [map.rows], bias);
  const undivided = divisor === null ? target : undefined;
  let y: string;
  if (map.kind === 'dense') {
    const weight = constant(builder, 'float64', [map.rows, map.cols], map.weight);
    y = add(builder, 'Gemm', [x, weight, offset], map.rows, undivided, { transB: int(1) });
  } else {
    const product = map.kind === 'conv' ? addConv(builder, map, x) : addSparse(builder, map, x);
    y = add(builder, 'Add', [product, offset], map.rows, undivided);
  }
  if (divisor !== null) {
    add(builder, 'Div', [y, constant(builder, 'float64', [map.rows], divisor)], map.rows, target);
  }
}

/** The product of a convolution without bias: patches gathered as `group x position x tap`, times kernels. */
function addConv(builder: Builder, map: ConvMap, x: string): string {
  const taps = kernelSize(map);
  const positions = map.outHeight * map.outWidth;
  const channels = map.outChannels / map.groups;
  const indices = new Int32Array(map.groups * positions * taps);
  let padded = false;
  let at = 0;
  for (let group = 0; group < map.groups; group++) {
    for (let position = 0; position < positions; position++) {
      for (let tap = 0; tap < taps; tap++) {
        const column = convColumn(map, group, position, tap);
        padded ||= column === PADDING;
        indices[at++] = column === PADDING ? map.cols : column;
      }
    }
  }
  const kernels = new Float64Array(map.weight.length);
  for (let channel = 0; channel < map.outChannels; channel++) {
    const group = Math.floor(channel / channels);
    for (let tap = 0; tap < taps; tap++) {
      kernels[(group * taps + tap) * channels + (channel % channels)] = map.weight[channel * taps + tap]!;
    }
  }
  // Padding reads an extra last element that is 0.
  const source = padded
    ? add(builder, 'Pad', [x, constant(builder, 'int64', [4], [0, 0, 0, 1])], map.cols + 1)
    : x;
  const patches = addGather(builder, source, indices, [0, map.groups, positions, taps]);
  const weight = constant(builder, 'float64', [map.groups, taps, channels], kernels);
  const product = add(builder, 'MatMul', [patches, weight], map.rows);
  const byChannel = add(builder, 'Transpose', [product], map.rows, undefined, {
    perm: { kind: 'ints', values: [0, 1, 3, 2] },
  });
  return add(builder, 'Reshape', [byChannel, constant(builder, 'int64', [2], [0, map.rows])], 0);
}

/** The product of a sparse map without bias: rows filled up with zero weights to equal length. */
function addSparse(builder: Builder, map: SparseMap, x: string): string {
  const { indices, width } = equalRows(map.rowStart, map.col, () => 0);
  const weights = new Float64Array(indices.length);
  for (let row = 0; row < map.rows; row++) {
    weights.set(map.weight.subarray(map.rowStart[row]!, map.rowStart[row + 1]!), row * width);
  }
  const dims = width === 1 ? [0, map.rows] : [0, map.rows, width];
  const gathered = addGather(builder, x, indices, dims);
  const product = weights.every((weight) => weight === 1)
    ? gathered
    : add(builder, 'Mul', [gathered, constant(builder, 'float64', dims.slice(1), weights)], indices.length);
  if (width === 1) return product;
  return add(builder, 'ReduceSum', [product, constant(builder, 'int64', [1], [2])], map.rows, undefined, {
    keepdims: int(0),
  });
}

function addMax(builder: Builder, layer: MaxLayer, x: string, target: string): void {
  const { indices, width } = equalRows(layer.rowStart, layer.col, (row) => layer.col[layer.rowStart[row]!]!);
  const rows = layer.rowStart.length - 1;
  const gathered = addGather(builder, x, indices, [0, rows, width]);
  add(builder, 'ReduceMax', [gathered], rows, target, {
    axes: { kind: 'ints', values: [2] },
    keepdims: int(0),
  });
}

function addRelu(builder: Builder, layer: ReluLayer, z: string, target: string, size: number): void {
  if (layer.slope === 0) {
    add(builder, 'Relu', [z], size, target);
    return;
  }
  // onnxruntime has LeakyRelu in float32 only; with 0 < slope < 1 it is max(z, slope z).
  const scaled = add(builder, 'Mul', [z, constant(builder, 'float64', [1], [layer.slope])], size);
  add(builder, 'Max', [z, scaled], size, target);
}

/** Elements of `x` (batch x size) by flat index, reshaped to `dims`, whose leading 0 keeps the batch. */
function addGather(builder: Builder, x: string, indices: Int32Array, dims: readonly number[]): string {
  const list = constant(builder, 'int64', [indices.length], indices);
  const flat = add(builder, 'Gather', [x, list], indices.length, undefined, { axis: int(1) });
  if (dims.length === 2) return flat;
  return add(builder, 'Reshape', [flat, constant(builder, 'int64', [dims.length], dims)], 0);
}

/** Index lists of all rows, filled up with `filler(row)` to the length of the longest (at least 1). */
function equalRows(
  rowStart: Int32Array,
  col: Int32Array,
  filler: (row: number) => number,
): { readonly indices: Int32Array; readonly width: number } {
  const rows = rowStart.length - 1;
  let width = 1;
  for (let row = 0; row < rows; row++) width = Math.max(width, rowStart[row + 1]! - rowStart[row]!);
  const indices = new Int32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const entries = col.subarray(rowStart[row]!, rowStart[row + 1]!);
    indices.fill(filler(row), row * width, (row + 1) * width);
    indices.set(entries, row * width);
  }
  return { indices, width };
}
