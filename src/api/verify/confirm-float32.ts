/** Replays candidates of claims about float32 arithmetic: in the reference evaluation and in onnxruntime. */

import { elementAt } from '../../checker/exact/dyadic-vector.js';
import { evaluateExact, exactLogits } from '../../checker/exact/evaluate.js';
import { decimalText } from '../../checker/exact/rational-text.js';
import { evaluateReference } from '../../checker/float-error/reference.js';
import { computedFailure } from '../../checker/float-error/replay.js';
import type { Confirm } from '../../engines/decision.js';
import { type Network, reluLayers } from '../../network/network.js';
import { exposable, type OracleSession, openSession } from '../../network/oracle.js';
import { confirmQuery } from './confirm-query.js';
import { roundInto } from './round-into.js';

export interface Float32Confirmer {
  readonly confirm: Confirm;
  readonly close: () => Promise<void>;
}

/**
 * A candidate is confirmed if both evaluations find it in the box, following every NAP as mined, and meeting the output
 * constraints: one that a checker can repeat, and the one that is deployed.
 */
export async function float32Confirmer(network: Network, bytes: Uint8Array): Promise<Float32Confirmer> {
  const known = new Set(exposable(bytes, network));
  const observed = [...new Set(reluLayers(network).map(({ input }) => input))].filter((id) => known.has(id));
  const runtime: OracleSession = await openSession(bytes, network, { expose: observed });
  const confirm: Confirm = async (obligation, candidate, source) => {
    const { query } = obligation;
    if (query !== undefined) return confirmQuery(network, runtime, obligation, query, candidate, source);
    const point = roundInto(candidate, obligation.box, network.elementType);
    const reference = evaluateReference(network, point);
    const own = computedFailure(network, obligation, point, (id) => reference[id]!);
    if (own !== null) return { rejected: `${own.what}: expected ${own.expected}, found ${own.found}` };
    const { logits, exposed } = await runtime.run(point, 1);
    const deployed = computedFailure(network, obligation, point, (id) => {
      if (id === network.output) return logits;
      // Tensors that lowering made are not in the file; the reference evaluation stands in for them.
      return exposed[observed.indexOf(id)] ?? reference[id]!;
    });
    if (deployed !== null) {
      const { what, expected, found } = deployed;
      return { rejected: `onnxruntime disagrees: ${what}: expected ${expected}, found ${found}` };
    }
    const exact = exactLogits(network, evaluateExact(network, point));
    return {
      point,
      exactLogits: exact.num.map((_, i) => decimalText(elementAt(exact, i), 20)),
      runtimeLogits: [...logits],
      source,
    };
  };
  return { confirm, close: runtime.close };
}
