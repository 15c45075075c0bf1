/** The learned NAPs so far as files: the NAP file, and the certificate with the proofs that the checker has accepted. */
import type { Certificate } from '../../certificate/certificate.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { AcceptedNap } from '../../learning/job.js';
import type { MinedNaps } from '../../mining/mine.js';
import { napFile } from '../../mining/mine-nap-file.js';
import type { PatternTable } from '../../mining/patterns.js';
import { parseDelta } from '../../nap/delta.js';
import { ACTIVE, FREE, type Phases } from '../../nap/nap.js';
import { formatNapFile } from '../../nap/nap-file.js';
import type { NapFile } from '../../nap/nap-schema.js';
import type { Domain } from '../../spec/property.js';
import { sha256 } from '../../util/digest.js';
import type { OpenedModel } from '../open-model.js';
import { writeOutput } from '../output-file.js';
import { writeCertificate } from '../verify/certificate-file.js';
import { verify } from '../verify/verify.js';

export interface LearnedFiles {
  readonly model: OpenedModel;
  readonly dataset: Dataset;
  readonly table: PatternTable;
  readonly domain: Domain;
  readonly naps: string;
  readonly certificate: string;
  readonly timeoutSeconds: number;
}

export interface Saved {
  readonly file: NapFile;
  readonly napSha256: string;
  readonly certificate: Certificate;
  readonly certificateSha256: string;
}

/** Held-out data, only once learning is over. */
export interface HeldOut {
  readonly dataset: Dataset;
  readonly table: PatternTable;
}

/** Writes both files; null (and no file) while there is no NAP. */
export async function saveLearned(
  files: LearnedFiles,
  accepted: readonly AcceptedNap[],
  heldOut: HeldOut | null,
): Promise<Saved | null> {
  if (accepted.length === 0) return null;
  const { model, dataset, table, domain } = files;
  const sorted = [...accepted].sort((a, b) => a.label - b.label);
  const mined = minedNaps(table, sorted);
  const job = {
    network: model.network,
    model: { name: model.loaded.fileName, sha256: model.loaded.sha256 },
    dataset,
    heldOut: heldOut?.dataset ?? null,
    deltas: [mined.delta],
    options: { grouping: 'label', samples: 'correct' },
  } as const;
  const file = napFile(job, mined, table, heldOut?.table ?? null);
  const text = formatNapFile(file);
  const napSha256 = sha256(text);
  const certificate = await verify({
    model: model.loaded,
    network: model.network,
    naps: { sha256: napSha256, byClass: new Map(sorted.map(({ label, phases }) => [label, phases])) },
    dataset: null,
    claims: { domain, properties: sorted.map(({ label }) => claimOf(table.classes, label)) },
    engine: 'bab',
    solver: 'highs',
    timeoutSeconds: files.timeoutSeconds,
    known: new Map(
      sorted.flatMap(({ results }) => results.map((result) => [result.digest, result] as const)),
    ),
    knownShared: Object.assign({}, ...sorted.map(({ shared }) => shared)),
    candidates: new Map(
      file.classes.flatMap(({ class: label, example }) =>
        example === null
          ? []
          : [
              [
                label,
                [{ point: Float64Array.from(example), source: `example of class ${label} in the NAP file` }],
              ],
            ],
      ),
    ),
  });
  writeOutput(files.naps, text);
  return {
    file,
    napSha256,
    certificate,
    certificateSha256: sha256(writeCertificate(files.certificate, certificate)),
  };
}

function claimOf(classes: number, label: number) {
  const competitors = Array.from({ length: classes }, (_, k) => k).filter((k) => k !== label);
  return { kind: 'non-misclassification' as const, class: label, competitors };
}

/** Learned NAPs in the form of mined ones; delta is what all their literals reach, rounded down to four decimals. */
function minedNaps(table: PatternTable, accepted: readonly AcceptedNap[]): MinedNaps {
  const support = new Int32Array(table.classes);
  for (let i = 0; i < table.count; i++)
    if (table.labels[i] === table.predictions[i]) support[table.labels[i]!]!++;
  const least = Math.min(1, ...accepted.map(({ label, phases }) => leastFrequency(table, label, phases)));
  const delta = Math.max(0.5001, Math.floor(least * 10_000) / 10_000);
  const labels = new Set(accepted.map(({ label }) => label));
  return {
    delta: parseDelta(String(delta)),
    naps: accepted.map(({ label, phases }) => ({ kind: 'nap', class: label, phases })),
    support,
    classesWithoutSamples: Array.from({ length: table.classes }, (_, k) => k).filter((k) => !labels.has(k)),
  };
}

/** Of the literals, the least share of the class's correct samples that have it. */
function leastFrequency(table: PatternTable, label: number, phases: Phases): number {
  const active = new Int32Array(phases.length);
  let members = 0;
  for (let i = 0; i < table.count; i++) {
    if (table.labels[i] !== label || table.predictions[i] !== label) continue;
    members++;
    for (let n = 0; n < phases.length; n++)
      active[n]! += (table.bits[i * table.words + (n >>> 5)]! >>> (n & 31)) & 1;
  }
  return phases.reduce((least, phase, n) => {
    if (phase === FREE) return least;
    return Math.min(least, (phase === ACTIVE ? active[n]! : members - active[n]!) / members);
  }, 1);
}
