/** A VNN-LIB query: its alternatives decided in rounds, since one satisfiable alternative settles it. */
import type { ObligationResult, PropertyResult } from '../../certificate/certificate.js';
import { searchBox } from '../../engines/falsify/box-search.js';
import { undecided } from '../../engines/undecided.js';
import { compileProperty } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { describeProperty, propertyId, type QueryProperty } from '../../spec/property.js';
import { type DecidedProperty, decideObligations, type PropertyRun, resultOf } from './decide-property.js';

/** Shares of the remaining time that rounds may take; the last takes all. */
const ROUNDS = [0.15, 1];
/** Least seconds for one alternative in a round. */
const LEAST_SECONDS = 0.5;

/** The time limit of the run is for the query as a whole. */
export async function decideQuery(run: PropertyRun, property: QueryProperty): Promise<DecidedProperty> {
  const obligations = compileProperty(run.claim, property);
  const deadline = performance.now() + run.settings.timeoutSeconds * 1000;
  const results = new Map<string, ObligationResult>();
  const found = await tryPoints(run, obligations, deadline);
  if (found !== null) results.set(found.id, found);
  // Nothing is gained by asking a single alternative again.
  for (const share of obligations.length === 1 ? [1] : ROUNDS) {
    const open = obligations.filter(({ id }) => (results.get(id)?.verdict ?? 'unknown') === 'unknown');
    if (open.length === 0 || run.signal.aborted || isSatisfied(results)) break;
    const seconds = (deadline - performance.now()) / 1000;
    if (seconds <= 0.05) break;
    await decideRound(run, open, seconds * share, results);
  }
  for (const obligation of obligations) {
    if (results.has(obligation.id)) continue;
    const why = isSatisfied(results)
      ? undecided('interrupted', 'another alternative of the query is satisfiable')
      : undecided(run.signal.aborted ? 'interrupted' : 'timeout', 'the time went into other alternatives');
    results.set(obligation.id, resultOf(run, obligation, { decision: why, engine: 'none', seconds: 0 }));
  }
  const all = obligations.map(({ id }) => results.get(id)!);
  return {
    property: {
      id: propertyId(property),
      property: { ...property } as PropertyResult['property'],
      claim: describeProperty(property),
      verdict: all.some(({ verdict }) => verdict === 'sat')
        ? 'violated'
        : all.every(({ verdict }) => verdict === 'unsat')
          ? 'holds'
          : 'unknown',
      witnesses: [],
      obligations: all.map(({ id }) => id),
    },
    obligations: all,
  };
}

/** Share of the time for a search of points in all alternatives at once. */
const POINTS_SHARE = 0.1;

/** The alternatives of a box without literals are searched together; a point for one settles the query. */
async function tryPoints(
  run: PropertyRun,
  obligations: readonly Obligation[],
  deadline: number,
): Promise<ObligationResult | null> {
  const began = performance.now();
  const limits = { deadline: began + (deadline - began) * POINTS_SHARE, signal: run.signal };
  for (const group of byRegion(obligations)) {
    const plain = group.filter(
      ({ naps, outputs, digest }) => naps.length === 0 && outputs.length > 0 && !run.known.has(digest),
    );
    if (plain.length === 0) continue;
    const found = await searchBox(run.claim.network, plain, run.confirm, limits);
    if (found === null) continue;
    const seconds = (performance.now() - began) / 1000;
    const decision = { verdict: 'sat', confirmed: found.confirmed } as const;
    return resultOf(run, plain[found.index]!, { decision, engine: 'gradient', seconds });
  }
  return null;
}

function isSatisfied(results: ReadonlyMap<string, ObligationResult>): boolean {
  return [...results.values()].some(({ verdict }) => verdict === 'sat');
}

/** Each region's alternatives together, since they share its bounds; ends once one is satisfiable. */
async function decideRound(
  run: PropertyRun,
  open: readonly Obligation[],
  seconds: number,
  results: Map<string, ObligationResult>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let left = open.length;
  for (const obligation of byRegion(open).flat()) {
    const remaining = (end - performance.now()) / 1000;
    if (run.signal.aborted || remaining <= 0) return;
    const settings = { ...run.settings, timeoutSeconds: Math.max(LEAST_SECONDS, remaining / left) };
    const [result] = await decideObligations({ ...run, settings }, [obligation]);
    results.set(obligation.id, result!);
    if (result!.verdict === 'sat') return;
    left--;
  }
}

function byRegion(obligations: readonly Obligation[]): readonly (readonly Obligation[])[] {
  const groups = new Map<object, Map<object, Obligation[]>>();
  for (const obligation of obligations) {
    const inner = groups.get(obligation.box) ?? new Map<object, Obligation[]>();
    groups.set(obligation.box, inner);
    inner.set(obligation.naps, [...(inner.get(obligation.naps) ?? []), obligation]);
  }
  return [...groups.values()].flatMap((inner) => [...inner.values()]);
}
