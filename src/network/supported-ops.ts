/** The operators that napcert lowers, and when, in words for users. */

export interface SupportedOp {
  readonly op: string;
  readonly condition: string;
}

/** Operator sets of the default ONNX domain that are read. */
export const OPSET_RANGE = { least: 7, most: 22 } as const;

const SAME = 'auto_pad SAME only without dilations and with strides up to the kernel size';
const WINDOWS = `1-D and 2-D; ceil_mode only where no window sticks out; pads below the kernel size, no window in the padding alone; ${SAME}`;

export const SUPPORTED_OPS: readonly SupportedOp[] = [
  { op: 'Add', condition: 'with a constant, or of two tensors (residual)' },
  { op: 'ArgMax', condition: 'at the end, over all classes; left out' },
  { op: 'AveragePool', condition: `${WINDOWS}; count_include_pad with different pads up to opset 18` },
  { op: 'BatchNormalization', condition: 'inference; its scale is rounded to float64' },
  { op: 'Cast', condition: 'to the same or a wider float type; integers of shapes' },
  { op: 'Clip', condition: 'minimum 0 and no maximum (a ReLU)' },
  { op: 'Concat', condition: 'not along the batch axis' },
  { op: 'Constant', condition: 'float32, float64 and integer tensors' },
  { op: 'ConstantOfShape', condition: 'constant shape' },
  { op: 'Conv', condition: `1-D and 2-D, constant weights; ${SAME}` },
  { op: 'Div', condition: 'by a constant' },
  { op: 'Dropout', condition: 'inference mode' },
  { op: 'Flatten', condition: 'keeps the batch axis' },
  { op: 'Gather', condition: 'constant indices, not along the batch axis' },
  { op: 'Gemm', condition: 'constant B and C; transA only for a single vector' },
  { op: 'GlobalAveragePool', condition: 'always' },
  { op: 'GlobalMaxPool', condition: 'always' },
  { op: 'Identity', condition: 'always' },
  { op: 'LeakyRelu', condition: '0 <= alpha < 1' },
  { op: 'LogSoftmax', condition: 'at the end, over all classes; left out' },
  { op: 'MatMul', condition: 'one factor constant' },
  { op: 'Max', condition: 'of a tensor and the scalar constant 0 (a ReLU)' },
  { op: 'MaxPool', condition: WINDOWS },
  { op: 'Mul', condition: 'with a constant' },
  { op: 'Neg', condition: 'always' },
  { op: 'Pad', condition: 'constant mode' },
  { op: 'ReduceMax', condition: 'not over the batch axis' },
  { op: 'ReduceMean', condition: 'not over the batch axis' },
  { op: 'ReduceSum', condition: 'not over the batch axis' },
  { op: 'Relu', condition: 'always' },
  { op: 'Reshape', condition: 'shape known from constants and shapes; keeps the batch axis' },
  { op: 'Shape', condition: 'always' },
  { op: 'Slice', condition: 'constant ranges, not along the batch axis' },
  { op: 'Softmax', condition: 'at the end, over all classes; left out' },
  { op: 'Squeeze', condition: 'keeps the batch axis' },
  { op: 'Sub', condition: 'with a constant, or of two tensors' },
  { op: 'Sum', condition: 'of tensors' },
  { op: 'Transpose', condition: 'keeps the batch axis' },
  { op: 'Unsqueeze', condition: 'keeps the batch axis in front' },
];
