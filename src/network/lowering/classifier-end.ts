/** Softmax, LogSoftmax and ArgMax as the end of a classifier: left out, because they keep the order of the logits. */
import type { NodeView } from './node-view.js';
import { normalizeAxis } from './reshaping.js';
import { sizeOf } from './shapes.js';
import type { Activation, Value } from './values.js';

export function lowerSoftmax(view: NodeView): Value {
  view.arity(1, 1);
  const x = view.activation(0);
  const rank = x.shape.length;
  const old = view.opset < 13;
  const axis = normalizeAxis(view, view.attrInt('axis', old ? 1 : -1), rank);
  // Before opset 13 softmax ran over all axes from `axis` on.
  const over = old ? sizeOf(x.shape.slice(axis)) : x.shape[axis]!;
  requireAllClasses(view, x, axis, over);
  view.builder.note(`${view.label} is left out: it does not change which class is largest`);
  return { ...x, dropped: view.label };
}

export function lowerArgMax(view: NodeView): Value {
  view.arity(1, 1);
  view.ignoreAttr('keepdims', 'select_last_index'); // a tie counts as a violation, so its order does not matter
  const x = view.value(0);
  if (x.kind !== 'activation')
    throw view.unsupported('ArgMax of a constant', 'fold constants before exporting the model');
  const axis = normalizeAxis(view, view.attrInt('axis', 0), x.shape.length);
  requireAllClasses(view, x, axis, x.shape[axis]!);
  view.builder.note(`${view.label} is left out: the logits before it are the network's output`);
  return { kind: 'class', logits: x };
}

function requireAllClasses(view: NodeView, x: Activation, axis: number, over: number): void {
  if (x.batched && axis === 0) throw view.mixesBatch('runs over axis 0');
  if (over === sizeOf(x.shape)) return;
  throw view.unsupported(
    `${view.op} must run over all outputs of a sample`,
    'let the model end with one score per class',
  );
}
