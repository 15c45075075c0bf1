import type { HoleStep } from '../../certificate/proof.js';
import { incomplete, type Outcome } from '../report.js';

/** A trusted step proves nothing; it is named, and the certificate is incomplete. */
export function checkHole(step: HoleStep, place: string): Outcome {
  return incomplete(`${place}: ${step.solver} is believed (${step.status}; ${step.scope})`);
}
