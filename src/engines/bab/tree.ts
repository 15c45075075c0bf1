/** The proof tree of a branch and bound search, and its preorder list of steps. */
import type { ProofStep, SplitStep } from '../../certificate/proof.js';

export type ProofTree =
  | { readonly kind: 'leaf'; readonly step: ProofStep }
  | { readonly kind: 'split'; readonly step: SplitStep; readonly low: ProofTree; readonly high: ProofTree }
  | { readonly kind: 'chain'; readonly steps: readonly ProofStep[]; readonly then: ProofTree };

/** Steps in preorder: a split, its low branch, its high branch. Iterative, since trees may be deep. */
export function preorder(tree: ProofTree): ProofStep[] {
  const steps: ProofStep[] = [];
  const open: ProofTree[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    switch (node.kind) {
      case 'leaf':
        steps.push(node.step);
        break;
      case 'split':
        steps.push(node.step);
        open.push(node.high, node.low);
        break;
      case 'chain':
        steps.push(...node.steps);
        open.push(node.then);
        break;
    }
  }
  return steps;
}
