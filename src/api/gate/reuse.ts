/** Whether a certificate that is there answers what is asked now: the same files, claims and settings. */
import type { Certificate } from '../../certificate/certificate.js';
import { openDataset } from '../../dataset/open-dataset.js';
import {
  type CertificateEvidence,
  isAllowedHole,
  type PropertyEvidence,
  sameData,
} from '../../gate/evidence.js';
import type { CheckedFile } from '../check.js';
import type { CertifyTask } from './certify.js';
import { datasetOf } from './policy-file.js';
import type { GateRun } from './run.js';

/** What a certificate must be about to be reused as it is; its digest names the file. */
export interface Subject {
  readonly model: string;
  readonly naps: string | null;
  readonly dataset: string | null;
  readonly arithmetic: string;
  readonly engine: string;
  readonly solver: string;
  readonly timeoutSeconds: number;
}

/** @throws InputError for a dataset that cannot be read */
export async function subjectOf(run: GateRun, { entry, model, naps }: CertifyTask): Promise<Subject> {
  const { policy } = run.file;
  let dataset: string | null = null;
  if (entry.data !== undefined) {
    const { path, options } = datasetOf(run.file, entry.data);
    run.progress.step(`reading ${path}`);
    dataset = (await openDataset(path, options)).digest;
  }
  return {
    model: model.loaded.sha256,
    naps: naps?.sha256 ?? null,
    dataset,
    arithmetic: policy.arithmetic,
    engine: policy.engine,
    solver: policy.solver,
    timeoutSeconds: policy.budget.obligation,
  };
}

/**
 * Unfinished certificates are gone on from. One with trusted steps is only reused if the policy allows all of them and
 * somebody signed it.
 */
export function isReusable(
  { file }: GateRun,
  { domain, properties }: CertifyTask,
  subject: Subject,
  { certificate }: CheckedFile,
  evidence: CertificateEvidence,
): boolean {
  if (certificate === null || certificate.predicate.interrupted) return false;
  // Nobody answers for trusted steps of a file that anybody can have written.
  const isTrusted = (property: PropertyEvidence): boolean => {
    if (restsOnNameless(property)) return false;
    const isAllowed = property.holes.every((name) => isAllowedHole(name, file.policy.holes));
    return property.holes.length === 0 || (evidence.signature === 'verified' && isAllowed);
  };
  if (!evidence.properties.every(isTrusted)) return false;
  return (
    sameData(subjectIn(certificate), subject) &&
    sameData(certificate.predicate.domain, domain) &&
    properties.every((property) => evidence.properties.some((one) => sameData(one.property, property)))
  );
}

/** Something is taken on trust, and no solver is named for it. */
export function restsOnNameless({ claimed, check, holes }: PropertyEvidence): boolean {
  return check === 'incomplete' && holes.length === 0 && (claimed === 'holds' || claimed === 'vacuous');
}

function subjectIn({ predicate }: Certificate): Subject {
  const { engine, solver, timeoutSeconds } = predicate.limits;
  return {
    model: predicate.model.sha256,
    naps: predicate.naps?.sha256 ?? null,
    dataset: predicate.dataset?.digest ?? null,
    arithmetic: predicate.arithmetic,
    engine,
    solver,
    timeoutSeconds,
  };
}
