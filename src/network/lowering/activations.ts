/** Relu, LeakyRelu, and Clip and Max where they are a ReLU. */
import type { NodeView } from './node-view.js';
import type { Value } from './values.js';

export function lowerRelu(view: NodeView): Value {
  view.arity(1, 1);
  return reluOf(view, 0, 0);
}

export function lowerLeakyRelu(view: NodeView): Value {
  view.arity(1, 1);
  // The default is the float32 nearest to 0.01, as onnxruntime has it.
  const alpha = view.attrFloat('alpha', Math.fround(0.01));
  if (!(alpha >= 0 && alpha < 1)) {
    throw view.unsupported('LeakyRelu needs 0 <= alpha < 1', 'train with such a slope', `alpha = ${alpha}`);
  }
  return reluOf(view, 0, alpha);
}

/** Largest float32: the default maximum of old Clip, which means "no maximum" to a float32 and to nothing else. */
const FLOAT_MAX = 3.4028234663852886e38;

export function lowerClip(view: NodeView): Value {
  view.arity(1, 3);
  const minimum = bound(view, 'min', 1);
  const maximum = bound(view, 'max', 2);
  const open = maximum === null || maximum.value === Number.POSITIVE_INFINITY || maximum.largestFloat32;
  if (minimum?.value !== 0 || !open) {
    throw view.unsupported(
      'Clip is supported only as a ReLU (minimum 0, no maximum)',
      'replace it by Relu and train again',
      `minimum ${minimum?.value ?? 'none'}, maximum ${maximum?.value ?? 'none'}`,
    );
  }
  return reluOf(view, 0, 0);
}

interface Bound {
  readonly value: number;
  readonly largestFloat32: boolean;
}

function bound(view: NodeView, name: string, input: number): Bound | null {
  const of = (value: number, type: string): Bound => {
    const single = type === 'float32' && view.builder.elementType === 'float32';
    return { value, largestFloat32: single && value === FLOAT_MAX };
  };
  if (view.opset < 11) return view.has(name) ? of(view.attrFloat(name, 0, true), 'float32') : null;
  if ((view.inputs[input] ?? null) === null) return null;
  const constant = view.floats(input);
  if (constant.values.length !== 1)
    throw view.bad(`"${name}" of Clip must be a scalar`, '1 element', `${constant.values.length}`);
  return of(constant.values[0]!, constant.type);
}

/** Max of a tensor and the constant 0, as some exporters write ReLU. */
export function lowerMax(view: NodeView): Value {
  view.arity(2, 2);
  const constant = view.value(0).kind === 'float' ? 0 : 1;
  const x = view.activation(1 - constant);
  const zero = view.floats(constant);
  if (
    !zero.values.every((value) => value === 0) ||
    zero.shape.length > x.shape.length ||
    zero.values.length !== 1
  ) {
    throw view.unsupported('Max is supported only with the scalar constant 0 (a ReLU)', 'use Relu');
  }
  return reluOf(view, 1 - constant, 0);
}

function reluOf(view: NodeView, input: number, slope: number): Value {
  const origin = { label: view.label, name: view.output };
  return view.builder.relu(origin, view.activation(input), view.inputNames[input]!, slope);
}
