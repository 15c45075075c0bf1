/**
 * The decision of the gate: a pure function of requirements and checked evidence.
 *
 * Monotone: a release passes only if every requirement is met by evidence that is there. Taking evidence away, or
 * replacing it by weaker evidence, never turns another outcome into `passed`.
 */
import { describeDomain, describeProperty, napClasses, onlyAgainst, propertyId } from '../spec/property.js';
import { assertNever } from '../util/errors.js';
import type { DecidedModel, Decision, MeasuredRecall, Requirement, RequirementStatus } from './decision.js';
import {
  type CertificateEvidence,
  type Demand,
  digestOf,
  type Gap,
  type GateModel,
  type GateRules,
  isAllowedHole,
  type PropertyEvidence,
  type RecallEvidence,
  sameData,
} from './evidence.js';
import { countsOf, describeRejection, outcomeOf } from './outcome.js';

export type Decided = Pick<Decision, 'outcome' | 'exitCode' | 'reasons' | 'counts' | 'models'>;

export function decide(rules: GateRules, models: readonly GateModel[]): Decided {
  const decided = models.map((model) => decideModel(rules, model));
  const open = rules.unknown === 'fail' ? 'failed' : 'inconclusive';
  return { ...outcomeOf(open, decided), counts: countsOf(decided), models: decided };
}

function decideModel(rules: GateRules, model: GateModel): DecidedModel {
  const { certificate } = model;
  return {
    name: model.name,
    file: model.file,
    sha256: model.sha256,
    specification: model.specification,
    naps: model.naps,
    arithmetic: model.arithmetic,
    domain: describeDomain(model.domain),
    certificate:
      certificate === null
        ? null
        : {
            file: certificate.file,
            sha256: certificate.sha256,
            origin: certificate.origin,
            check: certificate.check,
            signature: certificate.signature,
            rejection: certificate.rejection,
          },
    requirements: [
      ...model.demands.map((demand) => requirementOf(rules, model, demand)),
      ...model.gaps.map(gapRequirement),
    ],
    recall: model.recall.map(recallOf),
    redo: [...model.redo],
  };
}

function requirementOf(rules: GateRules, model: GateModel, demand: Demand): Requirement {
  const { property, source, advisory } = demand;
  const evidence = model.certificate?.properties.find((one) => sameData(one.property, property)) ?? null;
  const { status, detail } = judge(rules, model, demand, evidence);
  const left = onlyAgainst(property, model.classes);
  const shown = status === 'missing' || status === 'rejected' ? null : evidence;
  return {
    id: propertyId(property),
    kind: property.kind,
    claim: describeProperty(property),
    digest: digestOf(property),
    onlyAgainst: left === null ? null : [...left],
    source,
    advisory,
    status,
    reused: shown?.reused ?? false,
    detail,
    holes: [...(shown?.holes ?? [])],
    margin: status === 'met' ? (shown?.margin ?? null) : null,
    seconds: shown?.seconds ?? 0,
    counterexample: status === 'violated' ? (shown?.counterexample ?? null) : null,
  };
}

/** Never met: the policy, or its specification, has to name the classes that it means. */
function gapRequirement({ kind, classes, source, advisory }: Gap): Requirement {
  const list = classes.length > 8 ? `${classes.slice(0, 8).join(', ')}, ...` : classes.join(', ');
  const plural = classes.length > 1;
  return {
    id: `${kind}/classes-without-nap`,
    kind,
    claim: `${kind} is required of every class, and every class has a NAP.`,
    digest: digestOf({ kind, classes: [...classes] }),
    onlyAgainst: null,
    source,
    advisory,
    status: 'missing',
    reused: false,
    detail: `class${plural ? 'es' : ''} ${list} ${plural ? 'have' : 'has'} no NAP; name the classes if the others are meant`,
    holes: [],
    margin: null,
    seconds: 0,
    counterexample: null,
  };
}

interface Judgement {
  readonly status: RequirementStatus;
  readonly detail: string;
}

/** What the certificate shows about one property; every path but the last leads away from `met`. */
function judge(
  rules: GateRules,
  model: GateModel,
  { property, doubt }: Demand,
  evidence: PropertyEvidence | null,
): Judgement {
  const { certificate } = model;
  if (certificate === null) return { status: 'missing', detail: model.missing };
  const wrong = rejectionOf(certificate, model);
  if (wrong !== null) return { status: 'rejected', detail: wrong };
  if (!isAbout(certificate, model, napClasses(property).length > 0)) {
    const detail = 'the certificate is about other NAPs, inputs or arithmetic';
    return { status: 'missing', detail: model.missing === '' ? detail : model.missing };
  }
  if (evidence === null) {
    return { status: 'missing', detail: model.missing === '' ? 'not in the certificate' : model.missing };
  }
  if (evidence.check === 'invalid') return { status: 'rejected', detail: 'the checker rejects its proof' };
  switch (evidence.claimed) {
    case 'violated':
      return { status: 'violated', detail: evidence.detail };
    case 'unknown':
      return { status: 'unknown', detail: evidence.detail };
    case 'vacuous':
      return { status: 'vacuous', detail: 'no input of the domain follows the NAP' };
    case 'holds':
      return doubt === undefined
        ? judgeHolds(rules, certificate, evidence)
        : { status: 'missing', detail: `proved, but ${doubt}` };
    default:
      return assertNever(evidence.claimed, 'verdict');
  }
}

function judgeHolds(
  rules: GateRules,
  certificate: CertificateEvidence,
  evidence: PropertyEvidence,
): Judgement {
  switch (evidence.check) {
    case 'invalid':
      return { status: 'rejected', detail: 'the checker rejects its proof' };
    case 'incomplete': {
      const strange = evidence.holes.find((name) => !isAllowedHole(name, rules.holes));
      if (evidence.holes.length === 0)
        return { status: 'hole', detail: 'it rests on a step that is not named' };
      if (strange !== undefined)
        return { status: 'hole', detail: `the policy does not allow to trust ${strange}` };
      // That a solver was asked is something the file only says; this run, or who signed it, has to say it.
      if (evidence.reused && certificate.signature !== 'verified') {
        return { status: 'hole', detail: 'a trusted step of an earlier certificate that is not signed' };
      }
      return { status: 'met', detail: `trusting ${[...new Set(evidence.holes)].join(', ')}` };
    }
    case 'valid':
      return { status: 'met', detail: '' };
    default:
      return assertNever(evidence.check, 'check');
  }
}

/** Why nothing of the certificate counts; null if the checker accepts it as a whole. */
function rejectionOf(certificate: CertificateEvidence, model: GateModel): string | null {
  const { check, signature, rejection, modelSha256 } = certificate;
  if (signature === 'rejected') return `its signature is rejected: ${describeRejection(rejection)}`;
  if (check === 'invalid') return `its certificate is rejected: ${describeRejection(rejection)}`;
  if (modelSha256 !== model.sha256) return 'its certificate is about another model';
  return null;
}

function isAbout(certificate: CertificateEvidence, model: GateModel, needsNaps: boolean): boolean {
  const sameNaps = model.naps !== null && certificate.napsSha256 === model.naps.sha256;
  return (
    certificate.arithmetic === model.arithmetic &&
    sameData(certificate.domain, model.domain) &&
    (sameNaps || !needsNaps)
  );
}

function recallOf(evidence: RecallEvidence): MeasuredRecall {
  const { sharedWithMining, unknownAccepted, miningDetail, ...rest } = evidence;
  const { measured, minimum } = evidence;
  const shared = sharedWithMining ?? 0;
  if (measured === null && shared > 0) {
    return { ...rest, status: 'not-held-out', detail: 'the NAPs were mined from all of these samples' };
  }
  if (measured === null || measured.value === null) {
    const detail = measured === null ? 'not measured' : 'there is no such sample';
    return { ...rest, status: 'missing', detail };
  }
  if (sharedWithMining === null && !unknownAccepted) {
    return { ...rest, status: 'missing', detail: `not shown to be held out: ${miningDetail}` };
  }
  if (measured.value >= minimum) {
    const detail =
      sharedWithMining === null
        ? 'that the samples are held out is taken on trust'
        : shared > 0
          ? `${shared} samples that the NAPs were mined from are left out`
          : '';
    return { ...rest, status: 'met', detail };
  }
  return { ...rest, status: 'too-low', detail: `${measured.count} of ${measured.of} samples follow the NAP` };
}
