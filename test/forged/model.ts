/** The network that the forged certificates speak about; what it computes is described in base.ts. */
import { encodeModel, int, type NodeSpec, tensor } from '../../src/onnx/encode.js';
import { sha256 } from '../../src/util/digest.js';
import { dense, network, relu } from '../helpers/layers.js';

export const NETWORK = network(
  [2, 3, 3, 2, 2, 4],
  [
    dense(
      [0],
      1,
      [
        [1, 1],
        [1, -1],
        [0, 1],
      ],
      [0, 0, -0.5],
    ),
    relu(1, 2),
    dense(
      [2],
      3,
      [
        [1, 1, 0],
        [0, 0, 1],
      ],
      [-2, 0],
    ),
    relu(3, 4),
    dense(
      [4],
      5,
      [
        [-1, 0],
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      [1, 0, -0.25, -5],
    ),
  ],
);

/** The network as an ONNX file: Gemm and Relu nodes whose outputs are t1 to t5. */
export const MODEL_BYTES = encodeModel({
  nodes: NETWORK.layers.map((layer): NodeSpec => {
    const outputs = [`t${layer.output}`];
    if (layer.kind !== 'linear') return { op: 'Relu', inputs: [`t${layer.output - 1}`], outputs };
    const inputs = [`t${layer.inputs[0]!}`, `w${layer.output}`, `b${layer.output}`];
    return { op: 'Gemm', inputs, outputs, attributes: { transB: int(1) } };
  }),
  initializers: Object.fromEntries(
    NETWORK.layers.flatMap((layer) => {
      if (layer.kind !== 'linear') return [];
      const { map, bias, output } = layer;
      return [
        [`w${output}`, tensor('float64', [map.rows, map.cols], map.weight)],
        [`b${output}`, tensor('float64', [map.rows], bias)],
      ];
    }),
  ),
  inputs: [{ name: 't0', type: 'float64', dims: ['batch', 2] }],
  outputs: [{ name: 't5', type: 'float64', dims: ['batch', 4] }],
});

export const MODEL = { network: NETWORK, sha256: sha256(MODEL_BYTES) };
