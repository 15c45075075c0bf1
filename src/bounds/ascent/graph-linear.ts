/** Linear layers inside an ascent graph: W'a backwards and W x + b forwards, for rows of many forms. */

import { forEachTerm } from '../../network/linear-map.js';
import type { LinearLayer, Network, TensorId } from '../../network/network.js';
import { int, ints } from '../../onnx/encode.js';
import type { FloatType, GraphBuilder } from '../../onnx/graph-builder.js';

/** Sparse maps above this many entries are not made dense. */
const LARGEST_DENSE = 1 << 23;

/** Constants of a linear layer, in the outer graph, readable from a loop body. */
export type BackMap = {
  readonly type: FloatType;
  readonly bias: string;
  readonly biasColumn: string;
  readonly divisor: string | null;
} & (
  | { readonly kind: 'dense'; readonly weight: string }
  | { readonly kind: 'conv'; readonly weight: string }
);

/** Null if the layer's map is sparse and too large, or a convolution's transpose is out of reach. */
export function prepareMap(outer: GraphBuilder, layer: LinearLayer, type: FloatType): BackMap | null {
  const { map, bias, divisor } = layer;
  const common = {
    type,
    bias: outer.constant(type, [1, map.rows], bias),
    biasColumn: outer.constant(type, [map.rows, 1], bias),
    divisor: divisor === null ? null : outer.constant(type, [1, map.rows], divisor),
  };
  switch (map.kind) {
    case 'dense':
      return { ...common, kind: 'dense', weight: outer.constant(type, [map.rows, map.cols], map.weight) };
    case 'conv':
      // ConvTranspose exists in float32 only.
      if (type !== 'float32') return null;
      return {
        ...common,
        kind: 'conv',
        weight: outer.constant(
          type,
          [map.outChannels, map.inChannels / map.groups, map.kernelHeight, map.kernelWidth],
          map.weight,
        ),
      };
    case 'sparse': {
      if (map.rows * map.cols > LARGEST_DENSE) return null;
      const dense = new Float64Array(map.rows * map.cols);
      for (let row = 0; row < map.rows; row++) {
        forEachTerm(map, row, (col, weight) => {
          dense[row * map.cols + col] = dense[row * map.cols + col]! + weight;
        });
      }
      return { ...common, kind: 'dense', weight: outer.constant(type, [map.rows, map.cols], dense) };
    }
  }
}

/** Adds the coefficients of the layer's inputs to `coefficients` and returns the constant [queries, 1]. */
export function linearBack(
  builder: GraphBuilder,
  network: Network,
  layer: LinearLayer,
  map: BackMap,
  a: string,
  coefficients: Map<TensorId, string>,
): string {
  const scaled = map.divisor === null ? a : builder.op('Div', [a, map.divisor]);
  const constant = builder.op('MatMul', [scaled, map.biasColumn]);
  const back =
    map.kind === 'dense'
      ? builder.op('MatMul', [scaled, map.weight])
      : convBack(builder, layer, map.weight, scaled);
  const parts =
    layer.inputs.length === 1
      ? [back]
      : builder.ops(
          'Split',
          [
            back,
            builder.constant(
              'int64',
              [layer.inputs.length],
              layer.inputs.map((id) => network.tensors[id]!.size),
            ),
          ],
          layer.inputs.length,
          { axis: int(1) },
        );
  layer.inputs.forEach((id, k) => {
    const known = coefficients.get(id);
    coefficients.set(id, known === undefined ? parts[k]! : builder.op('Add', [known, parts[k]!]));
  });
  return constant;
}

export function linearForward(
  builder: GraphBuilder,
  layer: LinearLayer,
  map: BackMap,
  inputs: readonly string[],
): string {
  const x = inputs.length === 1 ? inputs[0]! : builder.op('Concat', inputs, { axis: int(1) });
  const y =
    map.kind === 'dense'
      ? builder.op('Gemm', [x, map.weight, map.bias], { transB: int(1) })
      : builder.op('Add', [convForward(builder, layer, map.weight, x), map.bias]);
  return map.divisor === null ? y : builder.op('Div', [y, map.divisor]);
}

function convForward(builder: GraphBuilder, layer: LinearLayer, weight: string, x: string): string {
  const { map } = layer;
  if (map.kind !== 'conv') throw new Error('not a convolution');
  const image = reshape(builder, x, [-1, map.inChannels, map.inHeight, map.inWidth]);
  const [bottom, right] = endPads(layer);
  const y = builder.op('Conv', [image, weight], {
    strides: ints(...map.strides),
    dilations: ints(...map.dilations),
    group: int(map.groups),
    // A negative end padding (rows that no kernel position covers) is cropping by the stride; 0 has the same output.
    pads: ints(map.padTop, map.padLeft, Math.max(0, bottom), Math.max(0, right)),
  });
  return reshape(builder, y, [-1, map.rows]);
}

function convBack(builder: GraphBuilder, layer: LinearLayer, weight: string, a: string): string {
  const { map } = layer;
  if (map.kind !== 'conv') throw new Error('not a convolution');
  const image = reshape(builder, a, [-1, map.outChannels, map.outHeight, map.outWidth]);
  const [bottom, right] = endPads(layer);
  const x = builder.op('ConvTranspose', [image, weight], {
    strides: ints(...map.strides),
    dilations: ints(...map.dilations),
    group: int(map.groups),
    pads: ints(map.padTop, map.padLeft, Math.max(0, bottom), Math.max(0, right)),
    output_padding: ints(Math.max(0, -bottom), Math.max(0, -right)),
  });
  return reshape(builder, x, [-1, map.cols]);
}

/** Padding at bottom and right that makes the transposed convolution return to the input's size; may be negative. */
function endPads({ map }: LinearLayer): [number, number] {
  if (map.kind !== 'conv') throw new Error('not a convolution');
  const reach = (out: number, stride: number, dilation: number, kernel: number): number =>
    (out - 1) * stride + dilation * (kernel - 1) + 1;
  return [
    reach(map.outHeight, map.strides[0], map.dilations[0], map.kernelHeight) - map.padTop - map.inHeight,
    reach(map.outWidth, map.strides[1], map.dilations[1], map.kernelWidth) - map.padLeft - map.inWidth,
  ];
}

function reshape(builder: GraphBuilder, x: string, shape: readonly number[]): string {
  return builder.op('Reshape', [x, builder.constant('int64', [shape.length], shape)]);
}
