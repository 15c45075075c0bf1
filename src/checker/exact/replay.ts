/**
 * Replays a claimed witness or counterexample of an obligation in exact arithmetic: does the point really
 * lie in the region? A point of the network's input, no tolerance.
 */
import type { Network } from '../../network/network.js';
import { domainFailure } from '../../obligation/contains.js';
import type { Obligation, OutputConstraint } from '../../obligation/obligation.js';
import { InputError } from '../../util/errors.js';
import { type ExactVector, elementAt, vectorToDoubles } from './dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from './evaluate.js';
import { type FollowsResult, follows } from './follows.js';
import { add, compare, fromDouble, multiply, type Rational, ZERO } from './rational.js';
import { decimalText } from './rational-text.js';

/** The first condition that fails, in words: domain, then NAPs, then output constraints. */
export interface ReplayFailure {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

export interface Replay {
  /** Domain, closed literals and all output constraints hold exactly. */
  readonly inRegion: boolean;
  readonly firstFailure: ReplayFailure | null;
  readonly strict: {
    /** All NAPs followed with mining semantics (active z > 0). */
    readonly followsStrictly: boolean;
    /** Classes with the largest logit; several are a tie. */
    readonly winners: readonly number[];
  };
  /** Result per NAP of the obligation. */
  readonly naps: readonly FollowsResult[];
  /** 20 significant digits, rounded for display; decisions were made on the exact values. */
  readonly logits: readonly string[];
  readonly logitDoubles: Float64Array;
}

/**
 * Exact check of all conditions of the region at `point` (length: network input; finite numbers, else an
 * InputError). An obligation that does not fit the network is an InputError too.
 */
export function replayPoint(network: Network, obligation: Obligation, point: Float64Array): Replay {
  requireFit(network, obligation);
  const tensors = evaluateExact(network, point);
  const logits = exactLogits(network, tensors);
  const naps = obligation.naps.map((phases) => follows(network, tensors, phases));
  const firstFailure =
    domainFailure(obligation, point) ?? napFailure(naps) ?? outputFailure(obligation.outputs, logits);
  return {
    inRegion: firstFailure === null,
    firstFailure,
    strict: {
      followsStrictly: naps.every(({ strict }) => strict),
      winners: exactClass(logits).winners,
    },
    naps,
    logits: logits.num.map((_, i) => decimalText(elementAt(logits, i), 20)),
    logitDoubles: vectorToDoubles(logits),
  };
}

function napFailure(naps: readonly FollowsResult[]): ReplayFailure | null {
  for (const [number, { firstClosedViolation: violation }] of naps.entries()) {
    if (violation === null) continue;
    const { tensor, index, required, value } = violation;
    return {
      what: `literal of NAP ${number}: ${tensor}[${index}] ${required}`,
      expected: required === 'active' ? 'z >= 0' : 'z <= 0',
      found: `z = ${decimalText(value)}`,
    };
  }
  return null;
}

function outputFailure(outputs: readonly OutputConstraint[], logits: ExactVector): ReplayFailure | null {
  for (const [number, { terms, bound }] of outputs.entries()) {
    const value = terms.reduce<Rational>(
      (sum, { output, coefficient }) =>
        add(sum, multiply(fromDouble(coefficient), elementAt(logits, output))),
      ZERO,
    );
    if (compare(value, fromDouble(bound)) >= 0) continue;
    const form = terms.map(({ output, coefficient }) => `${coefficient} * logit ${output}`).join(' + ');
    return {
      what: `output constraint ${number}: ${form}`,
      expected: `>= ${bound}`,
      found: decimalText(value),
    };
  }
  return null;
}

function requireFit(network: Network, { box, outputs }: Obligation): void {
  const size = network.tensors[network.input]!.size;
  if (box.lower.length !== size || box.upper.length !== size) {
    const found = `${box.lower.length} lower and ${box.upper.length} upper bounds`;
    throw misfit('box', `${size} bounds`, found);
  }
  const classes = network.tensors[network.output]!.size;
  for (const [number, { terms, bound }] of outputs.entries()) {
    const place = `output constraint ${number}`;
    if (!Number.isFinite(bound)) throw misfit(place, 'a finite bound', String(bound));
    for (const { output, coefficient } of terms) {
      if (!Number.isFinite(coefficient)) throw misfit(place, 'finite coefficients', String(coefficient));
      if (!Number.isInteger(output) || output < 0 || output >= classes) {
        throw misfit(place, `an output below ${classes}`, String(output));
      }
    }
  }
}

function misfit(place: string, expected: string, found: string): InputError {
  return new InputError('the obligation does not fit the network', { place, expected, found });
}
