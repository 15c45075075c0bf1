/** Which function lowers which ONNX operator. */
import { lowerClip, lowerLeakyRelu, lowerMax, lowerRelu } from './activations.js';
import { lowerBatchNormalization } from './batch-norm.js';
import { lowerArgMax, lowerSoftmax } from './classifier-end.js';
import { lowerConstant, lowerConstantOfShape } from './constants.js';
import { lowerConv } from './conv.js';
import { lowerBinary, lowerNeg, lowerSum } from './elementwise.js';
import { lowerConcat } from './joining.js';
import { lowerGemm, lowerMatMul } from './matrix.js';
import type { NodeView } from './node-view.js';
import { lowerAveragePool, lowerGlobalPool, lowerMaxPool, lowerReduce } from './pooling.js';
import { lowerGather, lowerPad, lowerSlice, lowerTranspose } from './rearranging.js';
import {
  lowerCast,
  lowerDropout,
  lowerFlatten,
  lowerIdentity,
  lowerReshape,
  lowerSqueeze,
  lowerUnsqueeze,
} from './reshaping.js';
import { lowerShape } from './shape-op.js';
import type { Value } from './values.js';

/** Lowers one node to the value of its first output. */
export type Lowering = (view: NodeView) => Value;

export const LOWERINGS: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  ['Add', lowerBinary],
  ['ArgMax', lowerArgMax],
  ['AveragePool', lowerAveragePool],
  ['BatchNormalization', lowerBatchNormalization],
  ['Cast', lowerCast],
  ['Clip', lowerClip],
  ['Concat', lowerConcat],
  ['Constant', lowerConstant],
  ['ConstantOfShape', lowerConstantOfShape],
  ['Conv', lowerConv],
  ['Div', lowerBinary],
  ['Dropout', lowerDropout],
  ['Flatten', lowerFlatten],
  ['Gather', lowerGather],
  ['Gemm', lowerGemm],
  ['GlobalAveragePool', lowerGlobalPool],
  ['GlobalMaxPool', lowerGlobalPool],
  ['Identity', lowerIdentity],
  ['LeakyRelu', lowerLeakyRelu],
  ['LogSoftmax', lowerSoftmax],
  ['MatMul', lowerMatMul],
  ['Max', lowerMax],
  ['MaxPool', lowerMaxPool],
  ['Mul', lowerBinary],
  ['Neg', lowerNeg],
  ['Pad', lowerPad],
  ['ReduceMax', lowerReduce],
  ['ReduceMean', lowerReduce],
  ['ReduceSum', lowerReduce],
  ['Relu', lowerRelu],
  ['Reshape', lowerReshape],
  ['Shape', lowerShape],
  ['Slice', lowerSlice],
  ['Softmax', lowerSoftmax],
  ['Squeeze', lowerSqueeze],
  ['Sub', lowerBinary],
  ['Sum', lowerSum],
  ['Transpose', lowerTranspose],
  ['Unsqueeze', lowerUnsqueeze],
]);
