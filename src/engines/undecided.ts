/** Unknown decisions, each with a reason and what to try next. */
import type { UnknownReason } from '../obligation/obligation.js';
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
      return 'raise --timeout, or mine at a lower delta (more literals)';
    case 'node-limit':
    case 'memory':
      return 'raise the limit, or mine at a lower delta (more literals)';
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
