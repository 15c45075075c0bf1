/** Bisection for the largest epsilon at which a claim is proved. */

/** Only `holds` and `violated` say anything about other epsilons. */
export type ProbeVerdict = 'holds' | 'violated' | 'unknown' | 'vacuous';

export interface EpsilonBracket {
  /** Largest epsilon with a proof; null if none was found. */
  readonly proved: number | null;
  /** Smallest epsilon with a counterexample; null if none was found. */
  readonly refuted: number | null;
  /** Smallest epsilon that stayed open, if it is in between. */
  readonly open: number | null;
  readonly probes: number;
}

const MAX_PROBES = 24;
/** Bisection ends where the bracket is narrower than this share of its upper end. */
const PRECISION = 1 / 128;

/**
 * Doubles `start` while it is proved, then bisects. Smaller balls lie in larger ones, so what is proved or refuted at one
 * epsilon bounds the others; what stays open is taken as an upper end for the search, and said so.
 * @param limit no epsilon above it is tried: the ball is the domain by then
 * @param probe decides the claim at an epsilon; null ends the search
 */
export async function largestEpsilon(
  start: number,
  limit: number,
  probe: (epsilon: number) => Promise<ProbeVerdict | null>,
): Promise<EpsilonBracket> {
  let proved: number | null = null;
  let refuted: number | null = null;
  let open: number | null = null;
  let probes = 0;
  let next = Math.min(start, limit);
  while (probes < MAX_PROBES) {
    const verdict = await probe(next);
    if (verdict === null) break;
    probes++;
    if (verdict === 'holds') proved = next;
    else if (verdict === 'violated') refuted = next;
    else open = next;
    const upper = Math.min(refuted ?? Infinity, open ?? Infinity);
    if (upper === Infinity) {
      if (next >= limit) break;
      next = Math.min(2 * next, limit);
      continue;
    }
    const lower: number = proved ?? 0;
    if (upper - lower <= PRECISION * upper) break;
    const middle = short((lower + upper) / 2);
    if (middle <= lower || middle >= upper) break;
    next = middle;
  }
  const between = open !== null && open > (proved ?? 0) && open < (refuted ?? Infinity);
  return { proved, refuted, open: between ? open : null, probes };
}

/** Few digits: epsilons are read by people, and are parts of names. */
function short(epsilon: number): number {
  return Number(epsilon.toPrecision(4));
}
