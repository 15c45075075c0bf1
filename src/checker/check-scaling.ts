/** Scalar invariance, decided as a whole: proved from the layers, or refuted by a point and a factor. */
import type { PropertyResult } from '../certificate/certificate.js';
import type { Network } from '../network/network.js';
import { assertNever } from '../util/errors.js';
import { fromDoubles, scaleVector } from './exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from './exact/evaluate.js';
import { fromDouble } from './exact/rational.js';
import { decimalText } from './exact/rational-text.js';
import { homogeneity } from './homogeneity.js';
import { incomplete, invalid, type Outcome, VALID } from './report.js';

const RULE = 'homogeneity';

/** `holds` is re-derived from the network alone; `violated` is replayed; both need no other evidence. */
export function checkScaling(network: Network, result: PropertyResult, place: string): Outcome {
  if (result.obligations.length + result.witnesses.length > 0) {
    return invalid(place, 'structure', 'no obligations and no witnesses for scalar-invariance', 'some');
  }
  if ((result.scaling !== undefined) !== (result.verdict === 'violated')) {
    return invalid(
      `${place}.scaling`,
      'structure',
      'a pair exactly if the verdict is violated',
      result.verdict,
    );
  }
  switch (result.verdict) {
    case 'holds': {
      const found = homogeneity(network);
      if (found.kind === 'homogeneous') return VALID;
      return invalid(
        `${place}.verdict`,
        RULE,
        'a network without constants that depend on the class or meet a ReLU',
        `${decimalText(found.constant)} in ${found.tensor}[${found.index}] (${found.node})`,
      );
    }
    case 'violated':
      return checkPair(network, result.scaling!, `${place}.scaling`);
    case 'unknown':
      return incomplete(`${place}: ${result.id} is not decided`);
    case 'vacuous':
      return invalid(`${place}.verdict`, 'closure', 'holds, violated or unknown', 'vacuous');
    default:
      return assertNever(result.verdict, 'verdict');
  }
}

function checkPair(network: Network, pair: NonNullable<PropertyResult['scaling']>, place: string): Outcome {
  const { size } = network.tensors[network.input]!;
  const { point, factor, classes } = pair;
  if (point.length !== size) return invalid(`${place}.point`, RULE, `${size} numbers`, `${point.length}`);
  const odd = point.findIndex((x) => network.elementType === 'float32' && Math.fround(x) !== x);
  if (odd >= 0)
    return invalid(`${place}.point`, RULE, `a ${network.elementType} number at ${odd}`, `${point[odd]}`);
  const exact = fromDoubles(point, 'point');
  const found = [exact, scaleVector(exact, fromDouble(factor))].map(
    (x) => exactClass(exactLogits(network, evaluateExact(network, x))).winners,
  );
  for (const [i, winners] of found.entries()) {
    if (winners.length !== 1 || winners[0] !== classes[i]) {
      const what = i === 0 ? 'the point' : 'the scaled point';
      return invalid(
        `${place}.classes[${i}]`,
        RULE,
        `class ${winners.join(' and ')} of ${what}`,
        `${classes[i]}`,
      );
    }
  }
  if (classes[0] !== classes[1]) return VALID;
  return invalid(`${place}.classes`, RULE, 'two different classes', `${classes[0]} twice`);
}
