/** What the checker says. Three words; only `valid` means that nothing had to be believed. */

/** The first failing step of a claim. */
export interface Rejection {
  /** Place in the certificate: `obligations[3].evidence.proof`, `properties[0].witnesses[0]`. */
  readonly place: string;
  /** Proof rule or check that failed. */
  readonly rule: string;
  readonly expected: string;
  readonly found: string;
}

/** Outcome of one step or one claim. */
export type Outcome =
  | { readonly kind: 'valid' }
  | { readonly kind: 'incomplete'; readonly holes: readonly string[] }
  | { readonly kind: 'invalid'; readonly rejection: Rejection };

export const VALID: Outcome = Object.freeze({ kind: 'valid' });

export function invalid(place: string, rule: string, expected: string, found: string): Outcome {
  return { kind: 'invalid', rejection: { place, rule, expected, found } };
}

export function incomplete(...holes: string[]): Outcome {
  return { kind: 'incomplete', holes };
}

/** Invalid wins over incomplete, incomplete over valid; holes add up. */
export function both(a: Outcome, b: Outcome): Outcome {
  if (a.kind === 'invalid') return a;
  if (b.kind === 'invalid') return b;
  if (a.kind === 'incomplete' && b.kind === 'incomplete') return incomplete(...a.holes, ...b.holes);
  return a.kind === 'incomplete' ? a : b;
}

export interface PropertyCheck {
  readonly id: string;
  /** Verdict that the certificate claims. */
  readonly claimed: string;
  readonly outcome: Outcome;
}

export interface CheckReport {
  readonly verdict: 'valid' | 'incomplete' | 'invalid';
  readonly properties: readonly PropertyCheck[];
  /** First rejection, if any. */
  readonly rejection: Rejection | null;
  readonly holes: readonly string[];
}
