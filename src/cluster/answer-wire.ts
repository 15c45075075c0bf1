/** Decisions to answers, on a worker. */
import type { ProofStep } from '../certificate/proof.js';
import type { Decided } from '../engines/portfolio.js';
import { toTensorLiterals } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { Answer } from './job-wire.js';

/**
 * @param putLemmas stores a shared list and returns its blob
 */
export async function encodeAnswer(
  network: Network,
  { decision, engine }: Decided,
  putLemmas: (lemmas: readonly ProofStep[]) => Promise<string>,
): Promise<Answer> {
  switch (decision.verdict) {
    case 'unsat': {
      const { steps, shared, core, margin } = decision;
      return {
        verdict: 'unsat',
        engine,
        steps: [...steps],
        shared: shared === null ? null : { id: shared.id, blob: await putLemmas(shared.lemmas) },
        core:
          core === null
            ? null
            : core.map((phases) =>
                toTensorLiterals(network, phases).map(({ tensor, active, inactive }) => ({
                  tensor,
                  active: [...active],
                  inactive: [...inactive],
                })),
              ),
        margin,
      };
    }
    case 'sat': {
      const { point, source } = decision.confirmed;
      return { verdict: 'sat', engine, point: [...point], source };
    }
    case 'unknown': {
      const { reason, detail, suggestion, provedMargin, bestMargin } = decision;
      return {
        verdict: 'unknown',
        engine,
        reason,
        detail: detail.slice(0, 1500),
        suggestion: suggestion.slice(0, 1500),
        provedMargin: finite(provedMargin),
        bestMargin: finite(bestMargin),
      };
    }
  }
}

function finite(x: number | null): number | null {
  return x !== null && Number.isFinite(x) ? x : null;
}
