/** BatchNormalization at inference: homogeneous exactly if the offset of every channel is 0. */
import { add, compare, fromDouble, multiply, type Rational, signOf } from '../checker/exact/rational.js';
import type { DegreeNode } from './degree-node.js';
import type { Culprit, DegreeValue } from './degree-values.js';

/** The default is the float32 nearest to 1e-5, as onnxruntime has it. */
const DEFAULT_EPSILON = Math.fround(1e-5);

/**
 * The offset beta - gamma mean / sqrt(var + epsilon) is 0 iff beta sqrt(var + epsilon) = gamma mean: decided
 * without a root, by sign and square, in rationals.
 */
export function batchNormalization(node: DegreeNode): DegreeValue {
  const x = node.input(0);
  if (x.kind !== 'degree' || x.degree === 0) return x;
  if (node.int('training_mode', 0) !== 0) return node.breaks('is in training mode');
  const parameters = [1, 2, 3, 4].map((index) => node.input(index));
  const unknown = parameters.findIndex((value) => value.kind !== 'constant' || value.values === null);
  if (unknown >= 0) return node.breaks('has parameters that are not stored constants');
  const [gamma, beta, mean, variance] = parameters.map((value) =>
    value.kind === 'constant' ? value.values! : [],
  ) as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
  const epsilon = fromDouble(node.float('epsilon', DEFAULT_EPSILON));
  const culprits: Culprit[] = [];
  let count = 0;
  for (let channel = 0; channel < beta.length; channel++) {
    const inside = add(fromDouble(variance[channel]!), epsilon);
    if (signOf(inside) <= 0) return node.breaks(`has a variance that is not positive in channel ${channel}`);
    const shift = multiply(fromDouble(gamma[channel]!), fromDouble(mean[channel]!));
    if (cancels(fromDouble(beta[channel]!), inside, shift)) continue;
    if (count++ < 2) {
      culprits.push(
        { name: 'beta', index: channel, value: beta[channel]! },
        { name: 'gamma', index: channel, value: gamma[channel]! },
        { name: 'mean', index: channel, value: mean[channel]! },
        { name: 'var', index: channel, value: variance[channel]! },
      );
    }
  }
  if (count === 0) return x;
  return node.breaks(`has an offset that is not 0 in ${count} of ${beta.length} channels`, {
    culprits,
    count,
    biases: [parameters[1]!, parameters[2]!].flatMap((value) =>
      value.kind === 'constant' ? [value.name] : [],
    ),
  });
}

/** beta * sqrt(inside) = shift, for inside > 0. */
function cancels(beta: Rational, inside: Rational, shift: Rational): boolean {
  if (signOf(beta) !== signOf(shift)) return false;
  return compare(multiply(multiply(beta, beta), inside), multiply(shift, shift)) === 0;
}
