/** Shape: dimensions as integers, the batch size as the symbol N. */
import type { NodeView } from './node-view.js';
import type { Value } from './values.js';

export function lowerShape(view: NodeView): Value {
  view.arity(1, 1);
  const value = view.value(0);
  if (value.kind === 'class')
    throw view.unsupported('Shape of a class index', 'let the model end with ArgMax');
  const rank = value.shape.length;
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);
  const start = clamp(view.attrInt('start', 0));
  const end = clamp(view.attrInt('end', rank));
  const axes = value.shape.map((_, axis) => axis).slice(start, Math.max(start, end));
  const isBatch = (axis: number) => axis === 0 && value.kind === 'activation' && value.batched;
  const batchFactor = axes.some(isBatch) ? axes.map((axis) => (isBatch(axis) ? 1 : 0)) : null;
  const values = axes.map((axis) => (isBatch(axis) ? 0 : value.shape[axis]!));
  return { kind: 'int', type: 'int64', shape: [axes.length], values, batchFactor };
}
