/** What the global suite records of a decided class, one row per obligation, and the table made of such rows. */
import { gzipSync } from 'node:zlib';
import type { Certificate, ObligationResult } from '../../src/certificate/certificate.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { formatCertificate, parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import { partOf, rounded } from './prove-and-check.js';
import type { PublishedFiles } from './published-files.js';

export interface SuiteRow {
  readonly network: string;
  readonly delta: string;
  readonly class: number;
  readonly competitor: number;
  readonly verdict: ObligationResult['verdict'];
  /** Engine of a proof, source of a counterexample, reason of an open obligation. */
  readonly how: string;
  readonly seconds: number;
  /** Branches of the proof: 1 without a split. */
  readonly nodes: number | null;
  readonly proofBytes: number;
  /** Proved lower bound and best point found of the margin, as far as known. */
  readonly margin: readonly [number | null, number | null];
  /** The checker's word on the class's certificate. */
  readonly check: string;
  /** Of the whole class, divided by its obligations with a proof; null without one. */
  readonly checkSeconds: number | null;
  /** Compressed bytes of the class's certificate. */
  readonly certificateBytes: number;
  readonly peakMemoryMiB: number;
}

/** The rows of the property that was decided last. */
export function rowsOf(
  files: PublishedFiles,
  { network, delta }: { readonly network: string; readonly delta: string },
  whole: Certificate,
): SuiteRow[] {
  const certificate = partOf(whole, whole.predicate.properties.length - 1);
  const text = formatCertificate(certificate);
  const start = performance.now();
  const model = { network: files.network, sha256: files.model.sha256 };
  const given = { sha256: files.naps.sha256, naps: files.naps.byClass };
  const report = checkCertificate(parseCertificate(text, 'suite'), model, given);
  const checkSeconds = (performance.now() - start) / 1000;
  const { obligations } = certificate.predicate;
  const proved = obligations.filter(({ evidence }) => evidence.kind === 'proof').length;
  const certificateBytes = gzipSync(text).length;
  return obligations
    .filter(({ id }) => id.startsWith('non-misclassification/') && !id.includes('/empty'))
    .map((result) => {
      const [, label, competitor] = result.id.split('/').map(Number);
      return {
        network,
        delta,
        class: label!,
        competitor: competitor!,
        verdict: result.verdict,
        ...evidenceOf(result),
        seconds: result.seconds,
        check: report.rejection === null ? report.verdict : `invalid: ${JSON.stringify(report.rejection)}`,
        checkSeconds: proved === 0 ? null : rounded(checkSeconds / proved),
        certificateBytes,
        peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      };
    });
}

function evidenceOf({
  engine,
  evidence,
}: ObligationResult): Pick<SuiteRow, 'how' | 'nodes' | 'proofBytes' | 'margin'> {
  switch (evidence.kind) {
    case 'proof': {
      const steps = evidence.proof.kind === 'inline' ? evidence.proof.steps : [];
      const proofBytes = JSON.stringify(steps).length;
      return { how: engine, nodes: branches(steps), proofBytes, margin: [evidence.margin, null] };
    }
    case 'counterexample':
      return {
        how: evidence.replay.source.replace(/#.*/, ''),
        nodes: null,
        proofBytes: 0,
        margin: [null, null],
      };
    case 'none': {
      const margin = [evidence.provedMargin, evidence.bestMargin] as const;
      return { how: `${evidence.reason}: ${evidence.detail}`, nodes: null, proofBytes: 0, margin };
    }
  }
}

function branches(steps: readonly ProofStep[]): number {
  return 1 + 2 * steps.filter(({ rule }) => rule === 'split').length;
}

/** One line per network and delta. */
export function summarize(rows: readonly SuiteRow[]): Record<string, string | number>[] {
  const groups = new Map<string, SuiteRow[]>();
  for (const row of rows) {
    const key = `${row.network} ${row.delta}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const lines = [...groups].map(([key, part]) => summaryOf(key, part));
  return groups.size > 1 ? [...lines, summaryOf('all', rows)] : lines;
}

function summaryOf(name: string, rows: readonly SuiteRow[]): Record<string, string | number> {
  const of = (verdict: SuiteRow['verdict']): SuiteRow[] => rows.filter((row) => row.verdict === verdict);
  const proved = of('unsat');
  const seconds = rows.map((row) => row.seconds);
  const classes = new Map<string, SuiteRow[]>();
  for (const row of proved) {
    const key = `${row.network} ${row.delta} ${row.class}`;
    classes.set(key, [...(classes.get(key) ?? []), row]);
  }
  const ratios = [...classes.values()].map(
    (part) => sum(part.map((row) => row.checkSeconds ?? 0)) / sum(part.map((row) => row.seconds)),
  );
  return {
    suite: name,
    rows: rows.length,
    proved: proved.length,
    refuted: of('sat').length,
    open: of('unknown').length,
    notValid: rows.filter(({ check }) => check !== 'valid' && check !== 'incomplete').length,
    seconds: rounded(sum(seconds)),
    median: rounded(median(seconds)),
    max: rounded(Math.max(...seconds)),
    checkMedian: rounded(median(proved.map((row) => row.checkSeconds ?? 0))),
    checkToSolve: rounded(median(ratios)),
    worstCheckToSolve: rounded(Math.max(0, ...ratios)),
    proofKB: Math.round(sum(rows.map((row) => row.proofBytes)) / 1000),
    peakMiB: Math.max(...rows.map((row) => row.peakMemoryMiB)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
