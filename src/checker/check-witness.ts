/**
 * Replays points: counterexamples, and witnesses that a region is not empty. In exact arithmetic, or for claims about
 * float32 arithmetic in the reference evaluation.
 */
import type { Replay, Witness } from '../certificate/certificate.js';
import type { Network } from '../network/network.js';
import type { Obligation } from '../obligation/obligation.js';
import { elementAt } from './exact/dyadic-vector.js';
import { evaluateExact } from './exact/evaluate.js';
import { fromDouble } from './exact/rational.js';
import { replayPoint } from './exact/replay.js';
import { evaluateReference } from './float-error/reference.js';
import { computedFailure } from './float-error/replay.js';
import { queryFailure, type ValueAt } from './query.js';
import { invalid, type Outcome, VALID } from './report.js';

/**
 * A counterexample lies in the box, follows every NAP with the literals as mined, and meets every output
 * constraint (a tie does), all exactly.
 */
export function checkCounterexample(
  network: Network,
  obligation: Obligation,
  replay: Replay,
  place: string,
): Outcome {
  return checkPoint(network, obligation, replay.point, place, 'counterexample');
}

/** A witness does the same for the region without output constraints. */
export function checkWitness(network: Network, region: Obligation, witness: Witness, place: string): Outcome {
  return checkPoint(network, region, witness.point, place, 'witness');
}

function checkPoint(
  network: Network,
  obligation: Obligation,
  point: readonly number[],
  place: string,
  rule: string,
): Outcome {
  const size = network.tensors[network.input]!.size;
  if (point.length !== size) return invalid(place, rule, `${size} numbers`, `${point.length}`);
  const odd = point.findIndex(
    (x) => !Number.isFinite(x) || (network.elementType === 'float32' && Math.fround(x) !== x),
  );
  if (odd >= 0) return invalid(place, rule, `a ${network.elementType} number at ${odd}`, `${point[odd]}`);
  if (obligation.query !== undefined) return checkQuery(network, obligation, point, place);
  if (obligation.tolerances !== undefined) return checkComputed(network, obligation, point, place, rule);
  const replay = replayPoint(network, obligation, Float64Array.from(point));
  if (replay.firstFailure !== null) {
    const { what, expected, found } = replay.firstFailure;
    return invalid(place, rule, `${what}: ${expected}`, found);
  }
  if (!replay.strict.followsStrictly) {
    return invalid(
      place,
      rule,
      'a point that follows the NAP as mined (active means z > 0)',
      'an active literal with z = 0',
    );
  }
  return VALID;
}

/** The query itself is the judge: the obligation's region is larger, and its literals are closed. */
function checkQuery(
  network: Network,
  { query, tolerances }: Obligation,
  point: readonly number[],
  place: string,
): Outcome {
  const input = Float64Array.from(point);
  let valueAt: ValueAt;
  if (tolerances === undefined) {
    const tensors = evaluateExact(network, input);
    valueAt = (tensor, index) => elementAt(tensors.values[tensor]!, index);
  } else {
    const tensors = evaluateReference(network, input);
    if (!tensors.every((values) => values.every(Number.isFinite)))
      return invalid(place, 'counterexample', 'finite values in float32', 'an overflow');
    valueAt = (tensor, index) => fromDouble(tensors[tensor]![index]!);
  }
  const failure = queryFailure(network, query!, valueAt);
  if (failure === null) return VALID;
  return invalid(place, 'counterexample', `${failure.what}: ${failure.expected}`, failure.found);
}

/** For float32 arithmetic the reference evaluation must find the point in the region. */
function checkComputed(
  network: Network,
  obligation: Obligation,
  point: readonly number[],
  place: string,
  rule: string,
): Outcome {
  const input = Float64Array.from(point);
  const tensors = evaluateReference(network, input);
  const failure = computedFailure(network, obligation, input, (id) => tensors[id]!);
  if (failure === null) return VALID;
  return invalid(place, rule, `${failure.what}: ${failure.expected}`, failure.found);
}
