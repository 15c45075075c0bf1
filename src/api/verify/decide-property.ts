/** One property: witnesses found, obligations decided, verdict drawn. */
import type { Evidence, ObligationResult, PropertyResult, Witness } from '../../certificate/certificate.js';
import { holesAmong } from '../../certificate/proof.js';
import type { Confirm, Decision, SharedList } from '../../engines/decision.js';
import type { DecideSettings, Executor } from '../../engines/executor.js';
import { type ScannedData, samplesInRegion } from '../../engines/falsify/follower-scan.js';
import { type Decided, decideAtOnce, withNearest } from '../../engines/portfolio.js';
import { suggestionAbout } from '../../engines/undecided.js';
import { type Phases, toTensorLiterals } from '../../nap/nap.js';
import type { Network } from '../../network/network.js';
import { type ClaimContext, compileProperty } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { type WitnessRegion, witnessRegions } from '../../obligation/regions.js';
import { describeProperty, propertyId, type RegionProperty } from '../../spec/property.js';

export interface DecidedProperty {
  readonly property: PropertyResult;
  readonly obligations: readonly ObligationResult[];
}

/** Named points by class; null where no NAP is involved. */
export type WitnessCandidates = ReadonlyMap<
  number | null,
  readonly { readonly point: Float64Array; readonly source: string }[]
>;

export interface PropertyRun {
  readonly claim: ClaimContext;
  readonly executor: Executor;
  readonly settings: DecideSettings;
  readonly confirm: Confirm;
  readonly signal: AbortSignal;
  /** Samples, scanned when something open first asks for them; null without any. */
  readonly data: () => Promise<ScannedData | null>;
  /** Results that an earlier run left, by obligation digest, already re-checked. */
  readonly known: ReadonlyMap<string, ObligationResult>;
  readonly candidates: WitnessCandidates;
  /** Work on an obligation begins. */
  readonly onBegin: (id: string) => void;
  readonly onNote: (line: string) => void;
  /** A list of lemmas that an accepted proof of this obligation uses. */
  readonly onShared: (obligation: Obligation, shared: SharedList) => void;
}

/** Samples tried as witness of a region before an engine is asked. */
const WITNESS_CANDIDATES = 5;

/**
 * holds: every obligation unsat and every witness region shown non-empty. violated: some obligation sat.
 * vacuous: a witness region proved empty. Everything else is unknown.
 */
export async function decideProperty(run: PropertyRun, property: RegionProperty): Promise<DecidedProperty> {
  const results: ObligationResult[] = [];
  const witnesses: Witness[] = [];
  let vacuous = false;
  let witnessed = true;
  for (const region of witnessRegions(run.claim, property)) {
    const outcome = await findWitness(run, region);
    if ('point' in outcome) witnesses.push(outcome);
    else {
      witnessed = false;
      results.push(outcome);
      if (outcome.verdict === 'unsat') vacuous = true;
    }
  }
  if (!vacuous) results.push(...(await decideObligations(run, compileProperty(run.claim, property))));
  const own = results.filter(({ id }) => !id.includes('/empty'));
  const verdict = vacuous
    ? 'vacuous'
    : own.some((result) => result.verdict === 'sat')
      ? 'violated'
      : witnessed && own.length > 0 && own.every((result) => result.verdict === 'unsat')
        ? 'holds'
        : 'unknown';
  return {
    property: {
      id: propertyId(property),
      property: structuredClone(property) as PropertyResult['property'],
      claim: describeProperty(property),
      verdict,
      witnesses,
      obligations: results.map(({ id }) => id),
    },
    obligations: results,
  };
}

/** A point of the region, or the result of deciding that it is empty. */
async function findWitness(
  run: PropertyRun,
  { class: label, region }: WitnessRegion,
): Promise<Witness | ObligationResult> {
  run.onBegin(region.id);
  for (const { point, source } of run.candidates.get(label) ?? []) {
    const outcome = await run.confirm(region, point, source);
    if ('point' in outcome) return { class: label, point: [...outcome.point], source };
  }
  // A region that is known to be empty has no samples.
  const known = run.known.get(region.digest);
  if (known?.verdict === 'unsat') return { ...known, id: region.id };
  const data = await run.data();
  if (data !== null) {
    for (const { point, source } of samplesInRegion(data, region, WITNESS_CANDIDATES)) {
      const outcome = await run.confirm(region, point, source);
      if ('point' in outcome) return { class: label, point: [...outcome.point], source };
    }
  }
  const [decided] = await decideAll(run, [region], null);
  if (decided!.decision.verdict === 'sat') {
    const { point, source } = decided!.decision.confirmed;
    return { class: label, point: [...point], source };
  }
  return resultOf(run, region, decided!);
}

/** In the order of the list. What is known is taken over. */
export async function decideObligations(
  run: PropertyRun,
  obligations: readonly Obligation[],
): Promise<ObligationResult[]> {
  const open = obligations.filter(({ digest }) => !run.known.has(digest));
  const decided = open.length === 0 ? [] : await decideAll(run, open, await run.data());
  const results = new Map(open.map(({ digest }, i) => [digest, decided[i]!]));
  return obligations.map((obligation) => {
    const known = run.known.get(obligation.digest);
    return known === undefined
      ? resultOf(run, obligation, results.get(obligation.digest)!)
      : { ...known, id: obligation.id };
  });
}

/** Cheap steps here, where the data are; the rest goes to the executor in one list, since it shares a region. */
async function decideAll(
  run: PropertyRun,
  obligations: readonly Obligation[],
  data: ScannedData | null,
): Promise<Decided[]> {
  const { network } = run.claim;
  const early: (Decided | null)[] = [];
  for (const obligation of obligations) {
    run.onBegin(obligation.id);
    early.push(
      run.signal.aborted ? null : await decideAtOnce({ network, confirm: run.confirm }, obligation, data),
    );
  }
  const left = obligations.filter((_, i) => early[i] === null);
  const searched = await Promise.all(
    run.executor.decide(left, run.settings, {
      signal: run.signal,
      data,
      onBegin: ({ id }) => run.onBegin(id),
      onNote: run.onNote,
    }),
  );
  return early.map((decided) => {
    if (decided !== null) return decided;
    const obligation = left.shift()!;
    const found = searched.shift()!;
    return { ...found, decision: withNearest(found.decision, data, obligation) };
  });
}

/** What a decision says in the certificate. */
export function resultOf(
  { claim: { network }, onShared }: PropertyRun,
  obligation: Obligation,
  { decision, engine, seconds }: Decided,
): ObligationResult {
  if (decision.verdict === 'unsat' && decision.shared !== null) onShared(obligation, decision.shared);
  return {
    id: obligation.id,
    digest: obligation.digest,
    verdict: decision.verdict,
    engine,
    seconds: Number(seconds.toFixed(3)),
    evidence: evidenceOf(network, obligation, decision),
  };
}

function evidenceOf(network: Network, obligation: Obligation, decision: Decision): Evidence {
  switch (decision.verdict) {
    case 'unsat':
      return {
        kind: 'proof',
        proof: { kind: 'inline', steps: [...decision.steps] },
        holes: holesAmong(decision.steps).length,
        margin: decision.margin,
        ...(decision.core === null
          ? {}
          : { core: decision.core.map((phases) => coreLiterals(network, phases)) }),
      };
    case 'sat': {
      const { point, exactLogits, runtimeLogits, source } = decision.confirmed;
      return {
        kind: 'counterexample',
        replay: {
          point: [...point],
          exactLogits: [...exactLogits],
          runtimeLogits: runtimeLogits === null ? null : [...runtimeLogits],
          source,
        },
      };
    }
    case 'unknown': {
      const { verdict: _, ...rest } = decision;
      return { kind: 'none', ...rest, suggestion: suggestionAbout(obligation, decision) };
    }
  }
}

function coreLiterals(network: Network, phases: Phases) {
  return toTensorLiterals(network, phases).map(({ tensor, active, inactive }) => ({
    tensor,
    active: [...active],
    inactive: [...inactive],
  }));
}
