/** The operators that napcert lowers, and when, in words for users. */

export interface SupportedOp {
  readonly op: string;
  readonly condition: string;
}

/** Operator sets of the default ONNX domain that are read. */
export const OPSET_RANGE = { least: 7, most: 22 } as const;

export const SUPPORTED_OPS: readonly SupportedOp[] = [
  { op: 'Add', condition: 'with a constant, or of two tensors (residual)' },
  { op: 'Cast', condition: 'to the same or a wider float type; integers of shapes' },
  { op: 'Clip', condition: 'minimum 0 and no maximum (a ReLU)' },
  { op: 'Constant', condition: 'float32, float64 and integer tensors' },
  { op: 'ConstantOfShape', condition: 'constant shape' },
  { op: 'Div', condition: 'by a constant' },
  { op: 'Dropout', condition: 'inference mode' },
  { op: 'Flatten', condition: 'keeps the batch axis' },
  { op: 'Gemm', condition: 'constant B and C; transA only for a single vector' },
  { op: 'Identity', condition: 'always' },
  { op: 'LeakyRelu', condition: '0 <= alpha < 1' },
  { op: 'MatMul', condition: 'one factor constant' },
  { op: 'Max', condition: 'of a tensor and the scalar constant 0 (a ReLU)' },
  { op: 'Mul', condition: 'with a constant' },
  { op: 'Neg', condition: 'always' },
  { op: 'Relu', condition: 'always' },
  { op: 'Reshape', condition: 'shape known from constants and shapes; keeps the batch axis' },
  { op: 'Squeeze', condition: 'keeps the batch axis' },
  { op: 'Sub', condition: 'with a constant, or of two tensors' },
  { op: 'Sum', condition: 'of tensors' },
  { op: 'Unsqueeze', condition: 'keeps the batch axis in front' },
];
