/** One property: obligations decided one after the other, witnesses found, verdict drawn. */
import type { Evidence, ObligationResult, PropertyResult, Witness } from '../../certificate/certificate.js';
import { holesAmong } from '../../certificate/proof.js';
import type { Decision, EngineContext } from '../../engines/decision.js';
import { type ScannedData, samplesInRegion } from '../../engines/falsify/follower-scan.js';
import { type Decided, decide } from '../../engines/portfolio.js';
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
  readonly engine: EngineContext;
  readonly data: ScannedData | null;
  /** Results that an earlier run left, by obligation digest, already re-checked. */
  readonly known: ReadonlyMap<string, ObligationResult>;
  readonly candidates: WitnessCandidates;
  readonly onObligation: (id: string, result: ObligationResult | null) => void;
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
  if (!vacuous) {
    for (const obligation of compileProperty(run.claim, property))
      results.push(await decideObligation(run, obligation));
  }
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
  run.onObligation(region.id, null);
  for (const { point, source } of run.candidates.get(label) ?? []) {
    const outcome = await run.engine.confirm(region, point, source);
    if ('point' in outcome) return { class: label, point: [...outcome.point], source };
  }
  if (run.data !== null) {
    for (const { point, source } of samplesInRegion(run.data, region, WITNESS_CANDIDATES)) {
      const outcome = await run.engine.confirm(region, point, source);
      if ('point' in outcome) return { class: label, point: [...outcome.point], source };
    }
  }
  const known = run.known.get(region.digest);
  if (known?.verdict === 'unsat') return { ...known, id: region.id };
  const decided = await decide(run.engine, region, null);
  if (decided.decision.verdict === 'sat') {
    const { point, source } = decided.decision.confirmed;
    return { class: label, point: [...point], source };
  }
  return toResult(run.engine.network, region, decided);
}

async function decideObligation(run: PropertyRun, obligation: Obligation): Promise<ObligationResult> {
  const known = run.known.get(obligation.digest);
  if (known !== undefined) {
    const reused = { ...known, id: obligation.id };
    run.onObligation(obligation.id, reused);
    return reused;
  }
  run.onObligation(obligation.id, null);
  const result = run.engine.signal.aborted
    ? toResult(run.engine.network, obligation, { decision: interrupted(), engine: 'none', seconds: 0 })
    : toResult(run.engine.network, obligation, await decide(run.engine, obligation, run.data));
  run.onObligation(obligation.id, result);
  return result;
}

function interrupted(): Decision {
  return {
    verdict: 'unknown',
    reason: 'interrupted',
    detail: 'stopped before this obligation was reached',
    suggestion: 'run the same command again; what is decided is kept',
    provedMargin: null,
    bestMargin: null,
  };
}

function toResult(
  network: Network,
  obligation: Obligation,
  { decision, engine, seconds }: Decided,
): ObligationResult {
  return {
    id: obligation.id,
    digest: obligation.digest,
    verdict: decision.verdict,
    engine,
    seconds: Number(seconds.toFixed(3)),
    evidence: evidenceOf(network, decision),
  };
}

function evidenceOf(network: Network, decision: Decision): Evidence {
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
      return { kind: 'none', ...rest };
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
