/** The certificate of one model of the policy: reused if it is about the same, else proved; checked in any case. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateEvidence, isAllowedHole } from '../../gate/evidence.js';
import type { PolicyModel } from '../../gate/policy.js';
import { counted } from '../../report/format.js';
import type { Domain, Property } from '../../spec/property.js';
import { canonicalJson, type Json } from '../../util/canonical-json.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { makeFolder } from '../../util/make-folder.js';
import { type CheckedFile, checkFile } from '../check.js';
import { drawCounterexamples } from '../counterexample-files.js';
import { readPrivateKey } from '../keys.js';
import type { OpenedModel } from '../open-model.js';
import type { OpenedNaps } from '../open-naps.js';
import { envelopePath, writeEnvelope } from '../sign.js';
import { verifyFiles } from '../verify-files.js';
import { certificateName, decidedObligations, readBytes, siblingCertificate } from './earlier.js';
import { datasetOf } from './policy-file.js';
import { type EvidenceSource, evidenceOf, unreadable } from './read-evidence.js';
import { isReusable, restsOnNameless, subjectOf } from './reuse.js';
import type { GateRun } from './run.js';

export interface CertifyTask {
  readonly entry: PolicyModel;
  readonly model: OpenedModel;
  readonly naps: OpenedNaps | null;
  readonly domain: Domain;
  readonly properties: readonly Property[];
}

/**
 * Evidence for the properties, or null if there is none and proving is not wanted. A certificate that is there and wrong
 * is not replaced: it is evidence of something, and the gate says so.
 * @throws InputError for files of the policy that do not fit together
 */
export async function certify(run: GateRun, task: CertifyTask): Promise<CertificateEvidence | null> {
  const subject = await subjectOf(run, task);
  const { domain, properties } = task;
  const key = sha256(canonicalJson({ ...subject, domain, properties } as unknown as Json));
  const path = join(run.folder, certificateName(task.entry.name, key));
  const found = run.fresh ? null : await existing(run, task, path);
  if (found !== null && 'evidence' in found) return found.evidence;
  if (found !== null) {
    const evidence = evidenceOf(source(run, task, found.checked, 'reused', null));
    if (
      evidence.check === 'invalid' ||
      !run.prove ||
      isReusable(run, task, subject, found.checked, evidence)
    ) {
      // Whoever reads the signature believes trusted steps, and nobody was asked about those of a file that was there.
      if (evidence.check === 'valid') sign(run, path, found.checked);
      return evidence;
    }
  }
  if (!run.prove) return null;
  return prove(run, task, path);
}

/** The certificate at this path after the checker; with keys only the signed one counts. */
async function existing(
  run: GateRun,
  { model, naps }: CertifyTask,
  path: string,
): Promise<{ readonly checked: CheckedFile } | { readonly evidence: CertificateEvidence } | null> {
  const certificate = run.verifyKeys === undefined ? path : envelopePath(path);
  if (!existsSync(certificate)) return null;
  try {
    run.progress.note(`checking ${certificate}, which is there already`);
    const keys = run.verifyKeys === undefined ? {} : { verifyKeys: run.verifyKeys };
    const given = naps === null ? {} : { naps: naps.path };
    return { checked: await checkFile({ certificate, model: model.path, ...given, ...keys }, run.progress) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const signature = run.verifyKeys === undefined ? 'not-asked' : 'rejected';
    return { evidence: unreadable(certificate, model.loaded.sha256, error, signature) };
  }
}

async function prove(run: GateRun, task: CertifyTask, path: string): Promise<CertificateEvidence> {
  const { entry, model, naps, properties } = task;
  const { policy } = run.file;
  const sibling = run.fresh ? null : siblingCertificate(run.folder, entry.name, model.loaded.sha256, path);
  const from = run.fresh ? null : existsSync(path) ? path : sibling;
  const earlier = from === null ? new Set<string>() : decidedObligations(from);
  const data = entry.data === undefined ? null : datasetOf(run.file, entry.data);
  run.progress.note(`${entry.name}: deciding ${counted(properties.length, 'property', 'properties')}`);
  const written = await run.clock.within(run.signal, (signal) =>
    verifyFiles(
      {
        model: model.path,
        ...(naps === null ? {} : { naps: naps.path }),
        claims: {},
        resolved: { domain: task.domain, properties },
        ...(data === null ? {} : { data: data.path, dataset: data.options }),
        arithmetic: policy.arithmetic,
        engine: policy.engine,
        solver: policy.solver,
        timeoutSeconds: policy.budget.obligation,
        ...run.sharing,
        output: path,
        ...(run.fresh ? { fresh: true } : {}),
        ...(sibling === null ? {} : { earlier: sibling }),
      },
      run.progress,
      signal,
    ),
  );
  run.progress.note(`${entry.name}: checking the certificate again, exactly and without solvers`);
  const given = naps === null ? {} : { naps: naps.path };
  const checked = await checkFile({ certificate: path, model: model.path, ...given }, run.progress);
  // Only what this run has written was decided by it.
  if (checked.document.certificate.sha256 !== written.certificate.sha256) throw changed(path);
  const reused = checked.certificate?.predicate.obligations.some(({ digest }) => earlier.has(digest));
  const evidence = evidenceOf(source(run, task, checked, reused === true ? 'extended' : 'proved', earlier));
  if (isSignable(run, evidence)) sign(run, path, checked);
  return evidence;
}

/** Trusted steps are signed only if the policy trusts their solvers, which were asked in this very run. */
function isSignable({ file }: GateRun, { check, properties }: CertificateEvidence): boolean {
  const { holes: allowed } = file.policy;
  return (
    check !== 'invalid' &&
    properties.every((property) => {
      const { holes, reused } = property;
      if (property.check === 'invalid' || restsOnNameless(property)) return false;
      return holes.length === 0 || (!reused && holes.every((name) => isAllowedHole(name, allowed)));
    })
  );
}

function source(
  run: GateRun,
  task: CertifyTask,
  checked: CheckedFile,
  origin: EvidenceSource['origin'],
  earlier: ReadonlySet<string> | null,
): EvidenceSource {
  return {
    checked,
    network: task.model.network,
    origin,
    earlier,
    pictures: drawPictures(run, task, checked),
  };
}

/** Pictures of all counterexamples, by obligation; none of a certificate that the checker rejects. */
function drawPictures(
  run: GateRun,
  { entry, model }: CertifyTask,
  { document, certificate }: CheckedFile,
): Map<string, string> {
  const refuted =
    certificate === null || document.verdict === 'invalid'
      ? []
      : certificate.predicate.obligations.filter(({ verdict }) => verdict === 'sat');
  if (certificate === null || refuted.length === 0) return new Map();
  const folder = join(run.folder, 'pictures', entry.name);
  makeFolder(folder, '--output');
  const { files } = drawCounterexamples(certificate, model.network, folder, [model.path]);
  return new Map(files.map((file, i) => [refuted[i]!.id, file]));
}

/** Signs the bytes that were checked, beside them; a certificate that came with a signature keeps that. */
function sign({ signKey }: GateRun, path: string, { document }: CheckedFile): void {
  if (signKey === undefined || document.signature !== null) return;
  const bytes = readBytes(path, 'the certificate');
  if (sha256(bytes) !== document.certificate.sha256) throw changed(path);
  writeEnvelope(path, bytes, readPrivateKey(signKey));
}

function changed(path: string): InputError {
  return new InputError('the certificate changed while it was checked', {
    file: path,
    expected: 'the bytes that were written and checked',
    found: 'others',
  });
}
