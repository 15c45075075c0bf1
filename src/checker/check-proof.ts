/** Walks a proof and looks each step's rule up; how a rule works is the rule's own file. */
import type { ProofNode } from '../certificate/proof.js';
import { assertNever } from '../util/errors.js';
import type { Outcome } from './report.js';
import { checkBound } from './rules/bound.js';
import type { RuleContext } from './rules/context.js';
import { checkContradiction } from './rules/contradiction.js';
import { checkHole } from './rules/hole.js';

/** Does the proof show that the obligation's region is empty? */
export function checkProof(context: RuleContext, proof: ProofNode, place: string): Outcome {
  switch (proof.rule) {
    case 'hole':
      return checkHole(proof, place);
    case 'contradiction':
      return checkContradiction(context, proof, place);
    case 'bound':
      return checkBound(context, proof, place);
    default:
      return assertNever(proof, 'proof rule');
  }
}
