/** Certificates of every kind as files: proved and refuted, trusted, rejected, and about a model that is not there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectReport } from '../../src/api/report/collect.js';
import type { Certificate } from '../../src/certificate/certificate.js';
import { formatCertificate } from '../../src/certificate/read-certificate.js';
import type { ReportInput } from '../../src/report/exhibit.js';
import { baseCertificate, evidenceOf, MODEL_BYTES } from '../forged/base.js';

/** Text that would act if it were not escaped, in HTML, XML, Markdown, workflow commands, logs and URIs. */
export const HOSTILE =
  `::add-mask::x </script><img src=x onerror="alert(1)">'"&|\`[a](b)%0A::error::x ::error::x ##[error]x ` +
  '##vso[task.complete]x';
/** Only file names can hold these; certificates refuse them. */
export const HIDDEN = 'a\u001b[2K\u202eb\u2028c';

export interface ReportFolder {
  readonly folder: string;
  readonly model: string;
  readonly write: (name: string, certificate: Certificate) => string;
  readonly collect: (certificates: readonly string[], models?: readonly string[]) => Promise<ReportInput>;
  readonly remove: () => void;
}

export function reportFolder(): ReportFolder {
  const folder = mkdtempSync(join(tmpdir(), 'napcert-report-'));
  const model = join(folder, 'given.onnx');
  writeFileSync(model, MODEL_BYTES);
  return {
    folder,
    model,
    write: (name, certificate) => {
      const path = join(folder, name);
      writeFileSync(path, formatCertificate(certificate));
      return path;
    },
    collect: (certificates, models = [model]) => collectReport({ certificates, models }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Valid: four properties hold, one is violated, one vacuous. */
export const validCertificate = baseCertificate;

/** One proof is a believed solver's answer. */
export function trustingCertificate(): Certificate {
  const certificate = baseCertificate();
  const evidence = evidenceOf(certificate, 'local-robustness/center/e0.125/1');
  if (evidence.kind !== 'proof') throw new Error('the base certificate proves it');
  evidence.proof = {
    kind: 'inline',
    steps: [
      { rule: 'hole', reason: 'solver-trusted', solver: 'someone 1.0', status: 'infeasible', scope: 'all' },
    ],
  };
  evidence.holes = 1;
  evidence.margin = null;
  certificate.predicate.holes = [
    'local-robustness/center/e0.125/1: someone 1.0 is believed (infeasible; all)',
  ];
  return certificate;
}

/** A refuted claim is passed off as proved. */
export function wrongCertificate(): Certificate {
  const certificate = baseCertificate();
  const property = certificate.predicate.properties.find(({ id }) => id === 'non-misclassification/1')!;
  property.verdict = 'holds';
  return certificate;
}

/** Valid, with hostile text wherever an author may write what they like. */
export function hostileCertificate(): Certificate {
  const certificate = baseCertificate();
  const { predicate } = certificate;
  predicate.model.name = `${HOSTILE}.onnx`;
  certificate.subject[0]!.name = predicate.model.name;
  predicate.model.notes = [HOSTILE];
  predicate.verifier.version = HOSTILE;
  predicate.verifier.components = { [HOSTILE]: HOSTILE };
  predicate.dataset = { name: HOSTILE, digest: '0'.repeat(64) };
  for (const obligation of predicate.obligations) {
    obligation.engine = HOSTILE;
    if (obligation.evidence.kind === 'counterexample') {
      obligation.evidence.replay.source = HOSTILE;
      obligation.evidence.replay.exactLogits = [HOSTILE];
    }
  }
  for (const { witnesses } of predicate.properties) for (const witness of witnesses) witness.source = HOSTILE;
  return certificate;
}
