/** Which function lowers which ONNX operator. */
import { lowerClip, lowerLeakyRelu, lowerMax, lowerRelu } from './activations.js';
import { lowerConstant, lowerConstantOfShape } from './constants.js';
import { lowerBinary, lowerNeg, lowerSum } from './elementwise.js';
import { lowerGemm, lowerMatMul } from './matrix.js';
import type { NodeView } from './node-view.js';
import {
  lowerCast,
  lowerDropout,
  lowerFlatten,
  lowerIdentity,
  lowerReshape,
  lowerSqueeze,
  lowerUnsqueeze,
} from './reshaping.js';
import type { Value } from './values.js';

/** Lowers one node to the value of its first output. */
export type Lowering = (view: NodeView) => Value;

export const LOWERINGS: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  ['Add', lowerBinary],
  ['Cast', lowerCast],
  ['Clip', lowerClip],
  ['Constant', lowerConstant],
  ['ConstantOfShape', lowerConstantOfShape],
  ['Div', lowerBinary],
  ['Dropout', lowerDropout],
  ['Flatten', lowerFlatten],
  ['Gemm', lowerGemm],
  ['Identity', lowerIdentity],
  ['LeakyRelu', lowerLeakyRelu],
  ['MatMul', lowerMatMul],
  ['Max', lowerMax],
  ['Mul', lowerBinary],
  ['Neg', lowerNeg],
  ['Relu', lowerRelu],
  ['Reshape', lowerReshape],
  ['Squeeze', lowerSqueeze],
  ['Sub', lowerBinary],
  ['Sum', lowerSum],
  ['Unsqueeze', lowerUnsqueeze],
]);
