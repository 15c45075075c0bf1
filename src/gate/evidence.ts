/** What the gate decides on: requirements resolved against the models, and what the checker said about certificates. */
import type { Domain, Property } from '../spec/property.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { sha256 } from '../util/digest.js';
import type { GateCertificate, MeasuredRecall, Requirement } from './decision.js';

/** A property that a release must have, or (advisory) that is only shown. */
export interface Demand {
  readonly property: Property;
  readonly source: Requirement['source'];
  readonly advisory: boolean;
  /** Why a proof of it is not what was meant; absent where nothing is to be said. */
  readonly doubt?: string;
}

/** A requirement about every class, some of which have no NAP: what is missing cannot even be stated as properties. */
export interface Gap {
  readonly kind: Property['kind'];
  /** Classes of the model without NAP. */
  readonly classes: readonly number[];
  readonly source: Requirement['source'];
  readonly advisory: boolean;
}

/** What a certificate says about one property, after the checker. */
export interface PropertyEvidence {
  readonly property: Property;
  readonly claimed: 'holds' | 'violated' | 'unknown' | 'vacuous';
  /** The checker's word on this property. */
  readonly check: 'valid' | 'incomplete' | 'invalid';
  /** Names of all solvers that its proofs trust, as the certificate has them. */
  readonly holes: readonly string[];
  /** No part of it was decided in this run. */
  readonly reused: boolean;
  readonly margin: number | null;
  readonly seconds: number;
  /** Why it is not decided, for people. */
  readonly detail: string;
  readonly counterexample: Requirement['counterexample'];
}

/** A certificate after the checker has read it together with the model and the NAP file of the policy. */
export interface CertificateEvidence extends GateCertificate {
  readonly modelSha256: string;
  /** Of the NAP file; null if no claim needs one. */
  readonly napsSha256: string | null;
  readonly arithmetic: 'real' | 'float32';
  readonly domain: Domain;
  readonly properties: readonly PropertyEvidence[];
}

/** A recall that a release must reach; `measured` is null until napcert has measured it in this run. */
export type RecallEvidence = Omit<MeasuredRecall, 'status' | 'detail'> & {
  /** Samples left out of `dataset` because the NAPs were mined from them as well; null if that is not known. */
  readonly sharedWithMining: number | null;
  /** The policy takes it on trust that none is. */
  readonly unknownAccepted: boolean;
  /** Why it is not known; empty if it is. */
  readonly miningDetail: string;
};

/** One model of the policy with all that is known about it. */
export interface GateModel {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  /** Number of classes. */
  readonly classes: number;
  readonly specification: { readonly file: string; readonly sha256: string } | null;
  readonly naps: { readonly file: string; readonly sha256: string; readonly delta: string } | null;
  readonly arithmetic: 'real' | 'float32';
  readonly domain: Domain;
  readonly demands: readonly Demand[];
  readonly gaps: readonly Gap[];
  readonly certificate: CertificateEvidence | null;
  /** Why there is no certificate, or none about NAPs. */
  readonly missing: string;
  readonly recall: readonly RecallEvidence[];
  readonly redo: readonly string[];
}

/** The parts of a policy that the decision depends on once everything is resolved. */
export interface GateRules {
  readonly unknown: 'inconclusive' | 'fail';
  readonly holes: readonly string[];
}

/** SHA-256 of canonical JSON: of a resolved claim, which names everything it is about. */
export function digestOf(data: unknown): string {
  return sha256(canonicalJson(data as Json));
}

/** Two resolved claims are the same if their canonical JSON is. */
export function sameData(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}

/**
 * Whether everybody that a trusted step names is allowed: `glpk 5.0 and highs 1.15.1` needs both, each by name alone or
 * with its version.
 */
export function isAllowedHole(solver: string, allowed: readonly string[]): boolean {
  return solver
    .split(' and ')
    .every((name) => allowed.includes(name) || allowed.includes(name.split(' ')[0] ?? name));
}
