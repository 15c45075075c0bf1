/** Decides non-misclassification of chosen classes and re-checks each class's part of the certificate on its own. */
import { gzipSync } from 'node:zlib';
import { resolveClaims } from '../../src/api/verify/claims.js';
import { verify } from '../../src/api/verify/verify.js';
import type { Certificate, ObligationResult } from '../../src/certificate/certificate.js';
import { formatCertificate, parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import type { PublishedFiles } from './published-files.js';

export interface ProveOptions {
  readonly classes: readonly number[];
  readonly unbounded: boolean;
  readonly exactMargin: boolean;
  readonly timeoutSeconds: number;
}

export interface ClassRow {
  readonly class: number;
  readonly verdict: string;
  readonly check: string;
  /** Least margin over the competitors that the checker accepted; null unless all are proved. */
  readonly margin: number | null;
  readonly proveSeconds: number;
  readonly checkSeconds: number;
  readonly checkToProve: number;
  readonly leaves: number;
  readonly proofBytes: number;
  readonly proofBytesCompressed: number;
  /** Of counterexamples. */
  readonly sources: readonly string[];
  /** Of undecided obligations: competitor, reason, and what is known of the least margin. */
  readonly undecided: readonly string[];
}

/** One row per class, as each is decided. Times are of this process; a check begins with the text of the certificate. */
export async function proveAndCheck(
  files: PublishedFiles,
  options: ProveOptions,
  onRow: (row: ClassRow) => void,
): Promise<ClassRow[]> {
  const { model, network, naps, dataset } = files;
  const claims = await resolveClaims(network, [...naps.byClass.keys()], null, {
    properties: ['non-misclassification'],
    classes: options.classes,
    domain: options.unbounded ? { kind: 'unbounded' } : { kind: 'box', lower: 0, upper: 1 },
  });
  const rows: ClassRow[] = [];
  const { exactMargin, timeoutSeconds } = options;
  await verify(
    { model, network, naps, dataset, claims, engine: 'auto', solver: 'highs', exactMargin, timeoutSeconds },
    {
      onCertificate: (certificate) => {
        const row = rowOf(files, certificate, certificate.predicate.properties.length - 1);
        rows.push(row);
        onRow(row);
      },
    },
  );
  return rows;
}

function rowOf(files: PublishedFiles, whole: Certificate, position: number): ClassRow {
  const certificate = partOf(whole, position);
  const { properties, obligations, shared } = certificate.predicate;
  const [result] = properties;
  const text = formatCertificate(certificate);
  const start = performance.now();
  const model = { network: files.network, sha256: files.model.sha256 };
  const given = { sha256: files.naps.sha256, naps: files.naps.byClass };
  const report = checkCertificate(parseCertificate(text, 'bench'), model, given);
  const checkSeconds = (performance.now() - start) / 1000;
  const proveSeconds = obligations.reduce((sum, { seconds }) => sum + seconds, 0);
  const proofs = obligations.flatMap(({ evidence }) => (evidence.kind === 'proof' ? [evidence] : []));
  const margins = proofs.map(({ margin }) => margin);
  const proofText = JSON.stringify([proofs, shared ?? {}]);
  const property = result!.property;
  return {
    class: property.kind === 'non-misclassification' ? property.class : -1,
    verdict: result!.verdict,
    check: report.rejection === null ? report.verdict : `invalid: ${JSON.stringify(report.rejection)}`,
    margin:
      result!.verdict === 'holds' && margins.every((margin) => margin !== null)
        ? Math.min(...margins.map(Number))
        : null,
    proveSeconds: rounded(proveSeconds),
    checkSeconds: rounded(checkSeconds),
    checkToProve: rounded(checkSeconds / proveSeconds),
    leaves: proofs.reduce(
      (sum, { proof }) => sum + (proof.kind === 'inline' ? leavesAmong(proof.steps) : 0),
      0,
    ),
    proofBytes: proofText.length,
    proofBytesCompressed: gzipSync(proofText).length,
    sources: obligations.flatMap(({ evidence }) =>
      evidence.kind === 'counterexample' ? [evidence.replay.source] : [],
    ),
    undecided: obligations.flatMap(undecidedText),
  };
}

function leavesAmong(steps: readonly { readonly rule: string }[]): number {
  return steps.filter(({ rule }) => rule !== 'split' && rule !== 'lemma' && rule !== 'shared').length;
}

function undecidedText({ id, evidence }: ObligationResult): string[] {
  if (evidence.kind !== 'none') return [];
  const { reason, provedMargin, bestMargin, detail } = evidence;
  return [`${id}: ${reason}, margin in [${provedMargin ?? '-inf'}, ${bestMargin ?? 'inf'}] (${detail})`];
}

/** The certificate of one of its properties. */
export function partOf(whole: Certificate, position: number): Certificate {
  const { predicate } = whole;
  const property = predicate.properties[position]!;
  const obligations = predicate.obligations.filter(({ id }) => property.obligations.includes(id));
  const used = new Set(
    obligations.flatMap(({ evidence }) =>
      evidence.kind === 'proof' && evidence.proof.kind === 'inline'
        ? evidence.proof.steps.flatMap((step) => (step.rule === 'shared' ? [step.id] : []))
        : [],
    ),
  );
  const { shared, ...rest } = predicate;
  const lists = Object.fromEntries(Object.entries(shared ?? {}).filter(([id]) => used.has(id)));
  const kept = used.size === 0 ? {} : { shared: lists };
  return { ...whole, predicate: { ...rest, properties: [property], obligations, ...kept } };
}

export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
