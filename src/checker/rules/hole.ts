import type { HoleStep } from '../../certificate/proof.js';

/** A trusted step proves nothing: it is named, and the certificate is incomplete. */
export function describeHole(step: HoleStep, place: string): string {
  return `${place}: ${step.solver} is believed (${step.status}; ${step.scope})`;
}
