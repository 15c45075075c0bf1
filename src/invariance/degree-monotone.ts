/** Strictly increasing functions: not homogeneous, but as the last layers they keep the order of the logits. */
import type { DegreeNode } from './degree-node.js';
import type { DegreeRule } from './degree-rules.js';
import { type DegreeValue, degree } from './degree-values.js';

/** Strictly increasing on all reals, over the reals. */
const INCREASING = ['Sigmoid', 'Tanh', 'Softplus', 'Softsign', 'Erf', 'Exp', 'Atan', 'Sinh', 'Asinh'];
/** Strictly increasing where alpha (and gamma) > 0. */
const WITH_ALPHA = ['Elu', 'Celu', 'Selu'];
/** Of these, the ones with values > 0 only; the others keep signs. */
const POSITIVE = new Set(['Sigmoid', 'Softplus', 'Exp', 'Softmax']);

function increasing(node: DegreeNode): DegreeValue {
  const x = node.input(0);
  if (x.kind === 'monotone') return { ...x, positive: x.positive || POSITIVE.has(node.op) };
  if (x.kind !== 'degree' || x.degree === 0) return x;
  const by = node.place(`${node.op} is not homogeneous`);
  return { kind: 'monotone', axis: null, positive: POSITIVE.has(node.op), by };
}

function withAlpha(node: DegreeNode): DegreeValue {
  const x = node.input(0);
  const positive = node.float('alpha', 1) > 0 && node.float('gamma', 1) > 0;
  if (positive || (x.kind === 'degree' && x.degree === 0)) return increasing(node);
  return node.breaks('has an alpha or gamma that is not positive');
}

/** Log is increasing where it is defined, that is behind a softmax or a sigmoid. */
function log(node: DegreeNode): DegreeValue {
  const x = node.input(0);
  if (x.kind === 'monotone') return x.positive ? { ...x, positive: false } : { kind: 'broken', at: x.by };
  if (x.kind !== 'degree' || x.degree === 0) return x;
  return node.breaks('Log is not homogeneous');
}

/** Within the axis the order is kept. Before opset 13 the softmax ran over all axes from `axis` on. */
function softmax(node: DegreeNode): DegreeValue {
  const x = node.input(0);
  const axis = node.int('axis', node.opset >= 13 ? -1 : 1);
  const positive = POSITIVE.has(node.op);
  if (x.kind === 'monotone') {
    return x.axis === null || x.axis === axis ? { ...x, axis, positive } : { kind: 'broken', at: x.by };
  }
  if (x.kind !== 'degree') return x;
  if (x.degree === 0) return degree(0, x.type);
  return { kind: 'monotone', axis, positive, by: node.place(`${node.op} is not homogeneous`) };
}

export const MONOTONE_RULES: readonly (readonly [string, DegreeRule])[] = [
  ...INCREASING.map((op) => [op, increasing] as const),
  ...WITH_ALPHA.map((op) => [op, withAlpha] as const),
  ['Log', log],
  ['Softmax', softmax],
  ['LogSoftmax', softmax],
];
