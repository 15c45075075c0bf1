/** Replays candidates for counterexamples: exactly, and in onnxruntime on the original file. */
import { replayPoint } from '../../checker/exact/replay.js';
import type { Confirm } from '../../engines/decision.js';
import type { Network } from '../../network/network.js';
import type { OracleSession } from '../../network/oracle.js';
import { domainHull } from '../../obligation/contains.js';
import type { Obligation } from '../../obligation/obligation.js';
import { confirmQuery } from './confirm-query.js';
import { roundInto } from './round-into.js';

/**
 * A candidate is confirmed if, rounded to the model's element type, it lies in the box, follows every NAP as
 * mined (z > 0 / z <= 0) and meets the output constraints in exact arithmetic, and onnxruntime agrees about the
 * output constraints.
 */
export function confirmer(network: Network, runtime: OracleSession): Confirm {
  return async (obligation, candidate, source) => {
    const { query } = obligation;
    if (query !== undefined) return confirmQuery(network, runtime, obligation, query, candidate, source);
    const point = roundInto(candidate, domainHull(obligation), network.elementType);
    const replay = replayPoint(network, obligation, point);
    if (replay.firstFailure !== null) {
      const { what, expected, found } = replay.firstFailure;
      return { rejected: `${what}: expected ${expected}, found ${found}` };
    }
    if (!replay.strict.followsStrictly)
      return { rejected: 'an active literal is met only at its boundary z = 0' };
    const { logits } = await runtime.run(point, 1);
    const runtimeLogits = [...logits];
    if (!meetsOutputs(obligation, runtimeLogits)) {
      return {
        rejected: `onnxruntime disagrees: its logits are ${runtimeLogits.join(', ')}, exactly ${replay.logits.join(', ')}`,
      };
    }
    return { point, exactLogits: replay.logits, runtimeLogits, source };
  };
}

function meetsOutputs(obligation: Obligation, logits: readonly number[]): boolean {
  return obligation.outputs.every(
    ({ terms, bound }) =>
      terms.reduce((sum, { output, coefficient }) => sum + coefficient * logits[output]!, 0) >= bound,
  );
}
