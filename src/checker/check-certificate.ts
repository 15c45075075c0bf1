/**
 * The independent checker: from the ONNX bytes and a certificate to one word.
 *
 * Believes nothing of the certificate: obligations are compiled again from model, literals, domain and claim;
 * points are replayed in exact arithmetic; proofs are checked rule by rule. Sound: `valid` means that every
 * verdict in it is true in the arithmetic it names, given this file's trusted base (onnx, network lowering, nap, spec,
 * obligation, checker).
 */
import type { Certificate, ObligationResult, Predicate, PropertyResult } from '../certificate/certificate.js';
import { semanticsOf } from '../certificate/certificate.js';
import type { Phases } from '../nap/nap.js';
import { toPhases } from '../nap/nap-literals.js';
import type { Network } from '../network/network.js';
import { lintWeights } from '../network/weight-lint.js';
import { type ClaimContext, compileProperty } from '../obligation/compile.js';
import { witnessRegions } from '../obligation/regions.js';
import { describeProperty, propertyId } from '../spec/property.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { assertNever, InputError } from '../util/errors.js';
import { checkCone } from './check-cone.js';
import { checkObligation, type ObligationSources } from './check-obligation.js';
import { checkScaling } from './check-scaling.js';
import { checkWitness } from './check-witness.js';
import { HolesFound } from './holes.js';
import { orthantFault } from './orthant.js';
import {
  both,
  type CheckReport,
  incomplete,
  invalid,
  type Outcome,
  type PropertyCheck,
  VALID,
} from './report.js';
import { settledStarts } from './settled-starts.js';
import { sharedLemmas } from './shared-lemmas.js';
import { type OpenProofFile, stepSource } from './step-source.js';

/** The model as the checker read it itself. */
export interface CheckedModel {
  readonly network: Network;
  readonly sha256: string;
}

/** NAPs the user names beside the certificate; they must be those of the certificate. */
export interface GivenNaps {
  readonly sha256: string;
  readonly naps: ReadonlyMap<number, Phases>;
}

/**
 * Checks a parsed certificate (certificate/read-certificate.ts) against the model and, if given, the NAPs.
 * `open` opens proof files beside the certificate (certificate/open-proof-file.ts); without it a certificate that
 * refers to one is rejected. A bad proof file is a rejection too.
 */
export function checkCertificate(
  certificate: Certificate,
  model: CheckedModel,
  given: GivenNaps | null,
  open: OpenProofFile | null = null,
): CheckReport {
  const { predicate } = certificate;
  const header = checkHeader(certificate, model);
  if (header.kind === 'invalid') return report([], header);
  let context: ClaimContext;
  try {
    context = claimContext(certificate, model);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return report([], rejected('naps', error));
  }
  const same = sameNaps(certificate, context, given);
  if (same.kind === 'invalid') return report([], same);
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  if (results.size !== predicate.obligations.length) {
    return report([], invalid('obligations', 'structure', 'each obligation id once', 'a repeated id'));
  }
  const used = new Set<string>();
  const holes = new HolesFound();
  const steps = stepSource(open);
  const lists = sharedLemmas(context, predicate.shared, steps);
  const sources: ObligationSources = {
    claim: context,
    steps,
    shared: lists.lemmas,
    starts: settledStarts(),
  };
  const properties = predicate.properties.map((property, i): PropertyCheck => {
    const place = `properties[${i}]`;
    let outcome: Outcome;
    try {
      outcome = checkProperty(sources, property, results, used, holes, place);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      outcome = rejected(place, error);
    }
    return { id: property.id, claimed: property.verdict, outcome };
  });
  const rest = both(strayParts(predicate, used, lists.used), declaredHoles(predicate, holes, properties));
  return report(properties, rest);
}

/** Parts that no claim refers to were not checked, so they must not be there. */
function strayParts(
  predicate: Predicate,
  obligations: ReadonlySet<string>,
  lists: ReadonlySet<string>,
): Outcome {
  const obligation = predicate.obligations.find(({ id }) => !obligations.has(id));
  if (obligation !== undefined) {
    return invalid('obligations', 'structure', 'obligations of the listed properties', obligation.id);
  }
  const list = Object.keys(predicate.shared ?? {}).find((id) => !lists.has(id));
  if (list === undefined) return VALID;
  return invalid('shared', 'structure', 'lists that a proof uses', JSON.stringify(list));
}

function report(properties: readonly PropertyCheck[], rest: Outcome): CheckReport {
  const claims = properties.reduce<Outcome>((sum, { outcome }) => both(sum, outcome), VALID);
  const total = both(claims, rest);
  return {
    verdict: total.kind,
    properties,
    rejection: total.kind === 'invalid' ? total.rejection : null,
    holes: total.kind === 'incomplete' ? total.holes : [],
  };
}

function checkHeader({ subject, predicate }: Certificate, model: CheckedModel): Outcome {
  if (predicate.model.sha256 !== model.sha256) {
    return invalid('model.sha256', 'digest', `${model.sha256} (the given model)`, predicate.model.sha256);
  }
  if (subject[0]!.digest.sha256 !== model.sha256) {
    return invalid('subject[0].digest.sha256', 'digest', model.sha256, subject[0]!.digest.sha256);
  }
  if (JSON.stringify(predicate.semantics) !== JSON.stringify(semanticsOf(predicate.arithmetic))) {
    return invalid(
      'semantics',
      'structure',
      `the semantics of format v1 for ${predicate.arithmetic} arithmetic, word by word`,
      JSON.stringify(predicate.semantics).slice(0, 200),
    );
  }
  const lint = canonicalJson(lintWeights(model.network) as unknown as Json);
  const stated = canonicalJson(predicate.model.lint as unknown as Json);
  if (stated !== lint) {
    return invalid('model.lint', 'structure', lint.slice(0, 200), stated.slice(0, 200));
  }
  const ids = predicate.properties.map(({ id }) => id);
  if (new Set(ids).size !== ids.length)
    return invalid('properties', 'structure', 'each property once', 'a repeated id');
  return VALID;
}

function claimContext({ predicate }: Certificate, model: CheckedModel): ClaimContext {
  const { arithmetic } = predicate;
  const naps = new Map<number, Phases>();
  for (const [i, entry] of (predicate.naps?.classes ?? []).entries()) {
    if (naps.has(entry.class))
      throw new InputError('a class has two NAPs', {
        place: `naps.classes[${i}]`,
        found: `class ${entry.class}`,
      });
    naps.set(entry.class, toPhases(model.network, entry, `naps.classes[${i}]`));
  }
  return { network: model.network, modelSha256: model.sha256, domain: predicate.domain, naps, arithmetic };
}

function sameNaps({ predicate }: Certificate, context: ClaimContext, given: GivenNaps | null): Outcome {
  if (given === null || predicate.naps === null) return VALID;
  if (predicate.naps.sha256 !== given.sha256) {
    return invalid('naps.sha256', 'digest', `${given.sha256} (the given NAP file)`, predicate.naps.sha256);
  }
  for (const [label, phases] of context.naps) {
    const other = given.naps.get(label);
    if (other === undefined || !phases.every((phase, i) => phase === other[i])) {
      return invalid(
        `naps, class ${label}`,
        'literals',
        'the literals of the given NAP file',
        'other literals',
      );
    }
  }
  return VALID;
}

function checkProperty(
  sources: ObligationSources,
  result: PropertyResult,
  results: ReadonlyMap<string, ObligationResult>,
  used: Set<string>,
  holes: HolesFound,
  place: string,
): Outcome {
  const context = sources.claim;
  if (result.id !== propertyId(result.property)) {
    return invalid(`${place}.id`, 'structure', propertyId(result.property), result.id);
  }
  if (result.claim !== describeProperty(result.property)) {
    return invalid(`${place}.claim`, 'structure', describeProperty(result.property), result.claim);
  }
  const obligations = compileProperty(context, result.property);
  if (result.property.kind === 'scalar-invariance') return checkScaling(context.network, result, place);
  if (result.property.kind === 'cone') return checkCone(context.network, result, result.property, place);
  if (result.scaling !== undefined) {
    return invalid(`${place}.scaling`, 'structure', 'nothing for this kind of property', 'a pair');
  }
  const fault = orthantFault(context.network, context.domain, result.property);
  if (fault !== null) return invalid(`${place}: domain`, 'homogeneity', fault.expected, fault.found);
  const regions = witnessRegions(context, result.property);
  const known = new Map(
    [...obligations, ...regions.map(({ region }) => region)].map((item) => [item.id, item]),
  );
  const outcomes = new Map<string, { readonly result: ObligationResult; readonly outcome: Outcome }>();
  let total: Outcome = VALID;
  for (const id of result.obligations) {
    const obligation = known.get(id);
    const claimed = results.get(id);
    if (obligation === undefined || claimed === undefined || used.has(id)) {
      return invalid(`${place}.obligations`, 'structure', 'ids of this property, each with one result', id);
    }
    used.add(id);
    const outcome = checkObligation(sources, obligation, claimed, holes, `obligation ${id}`);
    if (outcome.kind === 'invalid') return outcome;
    outcomes.set(id, { result: claimed, outcome });
    if (claimed.verdict !== 'unknown') total = both(total, outcome);
  }
  for (const [i, witness] of result.witnesses.entries()) {
    const region = regions.find((candidate) => candidate.class === witness.class);
    const at = `${place}.witnesses[${i}]`;
    if (region === undefined) return invalid(at, 'witness', 'a class of this property', `${witness.class}`);
    const outcome = checkWitness(context.network, region.region, witness, at);
    if (outcome.kind === 'invalid') return outcome;
  }
  const verdicts = obligations.map(({ id }) => outcomes.get(id)?.result.verdict);
  switch (result.verdict) {
    case 'holds': {
      const open = verdicts.findIndex((verdict) => verdict !== 'unsat');
      if (open >= 0) {
        return invalid(
          `${place}.verdict`,
          'closure',
          `unsat for ${obligations[open]!.id}`,
          verdicts[open] ?? 'no result',
        );
      }
      const bare = regions.find(
        ({ class: label }) => !result.witnesses.some((witness) => witness.class === label),
      );
      if (bare !== undefined)
        return invalid(
          `${place}.witnesses`,
          'witness',
          `a point of ${bare.region.id.replace('/empty', '')}`,
          'none',
        );
      return total;
    }
    case 'violated':
      if (verdicts.includes('sat')) return total;
      return invalid(`${place}.verdict`, 'closure', 'an obligation with a counterexample', 'none');
    case 'vacuous': {
      const empty = regions.some(({ region }) => outcomes.get(region.id)?.result.verdict === 'unsat');
      if (empty) return total;
      return invalid(`${place}.verdict`, 'closure', 'a proof that the region is empty', 'none');
    }
    case 'unknown':
      return both(total, incomplete(`${place}: ${result.id} is not decided`));
    default:
      return assertNever(result.verdict, 'verdict');
  }
}

/** Where a claim is rejected, not all of its proofs were read. */
function declaredHoles(
  predicate: Predicate,
  holes: HolesFound,
  properties: readonly PropertyCheck[],
): Outcome {
  if (properties.some(({ outcome }) => outcome.kind === 'invalid')) return VALID;
  return holes.against(predicate.holes);
}

function rejected(place: string, error: InputError): Outcome {
  const at = error.fault.place === undefined ? place : `${place}: ${error.fault.place}`;
  return invalid(at, 'structure', error.fault.expected ?? 'valid data', error.fault.found ?? error.message);
}
