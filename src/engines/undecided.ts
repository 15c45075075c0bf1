/** Unknown decisions, each with a reason and what to try next. */
import { FREE } from '../nap/nap.js';
import type { Obligation, UnknownReason } from '../obligation/obligation.js';
import type { Decision } from './decision.js';

export function undecided(reason: UnknownReason, detail: string): Extract<Decision, { verdict: 'unknown' }> {
  return {
    verdict: 'unknown',
    reason,
    detail,
    suggestion: suggestionFor(reason),
    provedMargin: null,
    bestMargin: null,
  };
}

export function suggestionFor(reason: UnknownReason): string {
  switch (reason) {
    case 'timeout':
      return 'raise --timeout';
    case 'node-limit':
    case 'memory':
      return 'raise the limit';
    case 'numerical':
      return 'the margin is within solver tolerance; try another --engine or --solver';
    case 'boundary':
      return 'only points on the boundary of a literal (z = 0) decide this; a NAP with other literals may not have them';
    case 'unsupported':
      return 'give the domain finite bounds';
    case 'solver-crash':
      return 'run `napcert doctor`, or try the other --solver';
    case 'interrupted':
      return 'run the same command again; what is decided is kept';
  }
}

/**
 * The suggestion of a decision, and where mined literals make the region that there may be more of them. Those of a
 * query are its author's, and a region without literals has none to mine.
 */
export function suggestionAbout(
  { naps, query }: Pick<Obligation, 'naps' | 'query'>,
  { reason, suggestion }: Pick<Extract<Decision, { verdict: 'unknown' }>, 'reason' | 'suggestion'>,
): string {
  const isLimit = reason === 'timeout' || reason === 'node-limit' || reason === 'memory';
  const isMined = query === undefined && naps.some((phases) => phases.some((phase) => phase !== FREE));
  return isLimit && isMined ? `${suggestion}, or mine at a lower delta (more literals)` : suggestion;
}
