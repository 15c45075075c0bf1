/** Constants of the file: initializers and Constant nodes. */
import type { TensorProto } from '../../onnx/model-proto.js';
import { InputError, UnsupportedError } from '../../util/errors.js';
import { intConstant } from './integers.js';
import type { NodeView } from './node-view.js';
import { MAX_TENSOR_SIZE } from './shapes.js';
import type { FloatConstant, IntConstant, Value } from './values.js';

const INTEGER_TYPES = ['int64', 'int32', 'bool', 'int8', 'uint8', 'int16', 'uint16'];

/** A stored tensor as a value; refused if its element type is one that no supported operator reads. */
export function constantOf(tensor: TensorProto, place: string): FloatConstant | IntConstant {
  const { data, dims } = tensor;
  if (data.kind === 'float') return { kind: 'float', type: data.type, shape: dims, values: data.values };
  if (data.kind === 'other' || !INTEGER_TYPES.includes(data.type)) {
    throw new UnsupportedError(
      `constants of type ${data.type} are not supported; convert the model to float32`,
      { place },
    );
  }
  const values = data.values.map((value) => {
    // Beyond 53 bits only "as far as possible" can be meant, as in the end of a Slice.
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : Math.sign(number) * Number.POSITIVE_INFINITY;
  });
  return intConstant(data.type, dims, values);
}

export function lowerConstant(view: NodeView): Value {
  view.arity(0, 0);
  const tensor = view.attrTensor('value');
  if (tensor !== null) return constantOf(tensor, view.label);
  if (view.has('value_float')) return floatConstant(view, [], [view.attrFloat('value_float', 0)]);
  if (view.has('value_int')) return intConstant('int64', [], [view.attrInt('value_int', 0)]);
  const floats = view.attrFloats('value_floats');
  if (floats !== null) return floatConstant(view, [floats.length], floats);
  const ints = view.attrInts('value_ints');
  if (ints !== null) return intConstant('int64', [ints.length], ints);
  throw view.unsupported('this form of Constant is not supported', 'store a tensor of numbers');
}

function floatConstant(view: NodeView, shape: readonly number[], values: readonly number[]): FloatConstant {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError('constant is not finite', {
      place: `${view.label}, element ${bad}`,
      found: String(values[bad]),
    });
  return { kind: 'float', type: 'float32', shape, values: Float64Array.from(values) };
}

export function lowerConstantOfShape(view: NodeView): Value {
  view.arity(1, 1);
  const shape = view.plainInts(0);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (shape.some((dim) => dim < 0) || size > MAX_TENSOR_SIZE)
    throw view.bad('bad shape', `at most ${MAX_TENSOR_SIZE} elements`, `[${shape.join(', ')}]`);
  const tensor = view.attrTensor('value');
  const fill = tensor === null ? floatConstant(view, [1], [0]) : constantOf(tensor, view.label);
  if (fill.values.length !== 1)
    throw view.bad('value must have one element', '1', String(fill.values.length));
  const one = fill.values[0]!;
  return fill.kind === 'float'
    ? { ...fill, shape, values: new Float64Array(size).fill(one) }
    : intConstant(fill.type, shape, new Array<number>(size).fill(one));
}
