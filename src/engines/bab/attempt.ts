/** One obligation being decided by branch and bound, and what makes a closed tree count. */
import type { ProofStep } from '../../certificate/proof.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Decision, EngineContext } from '../decision.js';
import type { Region } from '../region.js';
import { withCore } from './core.js';
import { type ProofTree, preorder } from './tree.js';

export type Unsat = Extract<Decision, { verdict: 'unsat' }>;

export interface Attempt {
  readonly context: EngineContext;
  readonly obligation: Obligation;
  readonly region: Region;
  readonly deadline: number;
  readonly maxNodes: number;
}

/** A closed tree counts once the checker accepts its proof. */
export function closed(attempt: Attempt, tree: ProofTree): Audited {
  return accepted(attempt, preorder(tree));
}

export interface Audited {
  readonly decision: Unsat | null;
  readonly rejected: string;
}

export function accepted({ context, obligation, region }: Attempt, steps: readonly ProofStep[]): Audited {
  const { shared } = region;
  const all: readonly ProofStep[] = shared === null ? steps : [{ rule: 'shared', id: shared.id }, ...steps];
  const audit = context.audit(obligation, all, shared);
  if (!audit.accepted) return { decision: null, rejected: audit.rejected };
  return {
    decision: withCore(context, obligation, {
      verdict: 'unsat',
      steps: all,
      shared,
      core: null,
      margin: audit.margin,
    }),
    rejected: '',
  };
}

/** Least excess of the output constraints; Infinity without any. */
export function excess(obligation: Obligation, logits: Float64Array): number {
  let least = Infinity;
  for (const { terms, bound } of obligation.outputs) {
    const sum = terms.reduce(
      (total, { output, coefficient }) => total + coefficient * logits[output]!,
      -bound,
    );
    least = Math.min(least, sum);
  }
  return least;
}
