/** One obligation being decided by branch and bound, and what makes a closed tree count. */
import type { ProofStep } from '../../certificate/proof.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Decision, EngineContext } from '../decision.js';
import type { Region } from '../region.js';
import { coreLiterals, marginKept } from './core.js';
import { type ProofTree, preorder } from './tree.js';

export type Unsat = Extract<Decision, { verdict: 'unsat' }>;

export interface Attempt {
  readonly context: EngineContext;
  readonly obligation: Obligation;
  readonly region: Region;
  readonly deadline: number;
  readonly maxNodes: number;
}

/**
 * A closed tree counts once the checker accepts its proof. `margin` is what the search took it to prove (Infinity: none),
 * where it says.
 */
export function closed(attempt: Attempt, tree: ProofTree, margin: number | null = null): Audited {
  return accepted(attempt, preorder(tree), margin);
}

export interface Audited {
  readonly decision: Unsat | null;
  readonly rejected: string;
}

/**
 * The checker is asked about the core first where the search's margin says what to expect: mostly it is enough, and then
 * nothing has to be checked twice.
 */
export function accepted(
  { context, obligation, region }: Attempt,
  steps: readonly ProofStep[],
  margin: number | null = null,
): Audited {
  const { shared } = region;
  const all: readonly ProofStep[] = shared === null ? steps : [{ rule: 'shared', id: shared.id }, ...steps];
  const core = coreLiterals(context.network, obligation, all);
  const withCore = (expected: number | null): Unsat | null => {
    if (core === null) return null;
    const audit = context.audit({ ...obligation, naps: core }, all, null);
    if (!audit.accepted || !marginKept(audit.margin, expected)) return null;
    return { verdict: 'unsat', steps: all, shared: null, core, margin: audit.margin };
  };
  const first = margin === null ? null : withCore(margin === Infinity ? null : margin);
  if (first !== null) return { decision: first, rejected: '' };
  const audit = context.audit(obligation, all, shared);
  if (!audit.accepted) return { decision: null, rejected: audit.rejected };
  const second = margin === null ? withCore(audit.margin) : null;
  const whole: Unsat = { verdict: 'unsat', steps: all, shared, core: null, margin: audit.margin };
  return { decision: second ?? whole, rejected: '' };
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
