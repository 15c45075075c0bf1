/** Proved NAPs in, minimal ones out, with their own NAP file and certificate. */
import type { Certificate } from '../../certificate/certificate.js';
import type { Executor } from '../../engines/executor.js';
import { type AuditedNap, auditNap } from '../../learning/audited.js';
import type { Method } from '../../learning/minimize.js';
import { minimizeClass } from '../../learning/minimize-class.js';
import { literalCount, type Phases, toTensorLiterals } from '../../nap/nap.js';
import { formatNapFile } from '../../nap/nap-file.js';
import type { NapFile } from '../../nap/nap-schema.js';
import { domainBox } from '../../obligation/compile.js';
import type { MinimizeDocument, MinimizedRow } from '../../report/documents/minimize.js';
import type { Domain } from '../../spec/property.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import type { ClusterChoice } from '../executor/open-cluster.js';
import { openElsewhere } from '../executor/open-elsewhere.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from '../open-model.js';
import { examplesOf, type OpenedNaps, openNaps } from '../open-naps.js';
import { assertWritable, writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { earlierCertificate, writeCertificate } from '../verify/certificate-file.js';
import { inOrder } from '../verify/in-order.js';
import { verify } from '../verify/verify.js';
import { VERSION } from '../version.js';

export interface MinimizeOptions {
  readonly model: string;
  readonly naps: string;
  readonly classes?: readonly number[];
  readonly domain?: Domain;
  readonly method: Method;
  readonly margin: number;
  /** Per class. */
  readonly seconds: number;
  /** NAP file and certificate to write. */
  readonly output: string;
  readonly certificate: string;
  readonly fresh?: boolean;
  /** Other machines that prove; all classes are minimised at once then. */
  readonly cluster?: ClusterChoice;
}

const MAX_MEMORY_BYTES = 4 * 2 ** 30;
const UNIT: Domain = { kind: 'box', lower: 0, upper: 1 };

/**
 * @throws InputError before any work for outputs that cannot be written, and for files that do not fit together
 */
export async function minimizeFiles(
  options: MinimizeOptions,
  progress: Progress = silentProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<MinimizeDocument> {
  const began = performance.now();
  const inputs = [options.model, options.naps];
  assertWritable(options.output, '--naps-output', inputs);
  if (earlierCertificate(options.certificate, options.fresh === true, inputs) !== null) {
    throw new InputError('the output is a certificate already', {
      file: options.certificate,
      place: '--output',
      expected: 'a new name, or --fresh to replace the certificate',
    });
  }
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  const naps = openNaps(options.naps, model);
  const domain = options.domain ?? UNIT;
  const chosen = options.classes ?? naps.naps.map((nap) => nap.class);
  const missing = chosen.find((label) => !naps.naps.some((nap) => nap.class === label));
  if (missing !== undefined) {
    throw new InputError('the NAP file has no NAP of this class', {
      file: options.naps,
      place: '--class',
      expected: naps.naps.map((nap) => nap.class).join(', '),
      found: String(missing),
    });
  }
  const executor = await openElsewhere(model, options.cluster, progress);
  const results: Reduced[] = [];
  let begun = 0;
  try {
    await inOrder(chosen, executor === null ? 1 : chosen.length, async (label, i) => {
      progress.step(`minimising class ${label}`, begun++, chosen.length);
      const reduced = await reduce(options, model, naps, label, domain, signal, executor);
      progress.note(
        reduced.row.verdict === 'proved'
          ? `class ${label}: ${reduced.row.before} literals to ${reduced.row.after}`
          : `class ${label}: the given NAP was not proved`,
      );
      results[i] = reduced;
    });
  } finally {
    await executor?.close();
  }
  const proved = results.filter((result): result is ProvedResult => result.phases !== null);
  const saved = proved.length === 0 ? null : await save(options, model, naps, domain, proved);
  return {
    format: 'napcert-minimize/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    input: { file: naps.path, sha256: naps.sha256 },
    naps: saved === null ? null : { file: options.output, sha256: saved.naps },
    certificate: saved === null ? null : { file: options.certificate, sha256: saved.certificate },
    domain: structuredClone(domain) as MinimizeDocument['domain'],
    method: options.method,
    margin: options.margin,
    classes: results.map(({ row }) => row),
    interrupted: signal.aborted,
    seconds: (performance.now() - began) / 1000,
  };
}

interface Reduced {
  readonly row: MinimizedRow;
  readonly phases: Phases | null;
  readonly audited: AuditedNap | null;
}

type ProvedResult = Reduced & { readonly phases: Phases; readonly audited: AuditedNap };

async function reduce(
  options: MinimizeOptions,
  { network, loaded }: OpenedModel,
  { naps }: OpenedNaps,
  label: number,
  domain: Domain,
  signal: AbortSignal,
  executor: Executor | null,
): Promise<Reduced> {
  const began = performance.now();
  const given = naps.find((nap) => nap.class === label)!;
  const minimized = await minimizeClass({
    network,
    box: domainBox(domain, network.tensors[network.input]!.size),
    label,
    phases: given.phases,
    method: options.method,
    margin: options.margin,
    seconds: options.seconds,
    maxMemoryBytes: MAX_MEMORY_BYTES,
    signal,
    ...(executor === null ? {} : { elsewhere: { executor, modelSha256: loaded.sha256 } }),
  });
  const audited =
    minimized === null
      ? null
      : auditNap({ network, modelSha256: loaded.sha256, domain }, label, minimized, options.margin);
  const seconds = (performance.now() - began) / 1000;
  const before = literalCount(given.phases);
  if (minimized === null || audited === null) {
    const row = { class: label, verdict: 'not-proved', before, after: before, minimal: 'unknown' } as const;
    return {
      row: { ...row, undecided: 0, depth: 0, margin: null, proofCalls: 0, proofsReused: 0, seconds },
      phases: null,
      audited: null,
    };
  }
  return {
    row: {
      class: label,
      verdict: 'proved',
      before,
      after: literalCount(minimized.phases),
      minimal: minimized.undecided === 0 ? 'inclusion' : 'up-to-limits',
      undecided: minimized.undecided,
      depth: minimized.depth,
      margin: audited.margin,
      proofCalls: minimized.proofCalls,
      proofsReused: minimized.proofsReused,
      seconds,
    },
    phases: minimized.phases,
    audited,
  };
}

/** Regions only grow, so the given examples still follow; statistics of the given NAPs would not hold any more. */
async function save(
  options: MinimizeOptions,
  model: OpenedModel,
  naps: OpenedNaps,
  domain: Domain,
  proved: readonly ProvedResult[],
): Promise<{ readonly naps: string; readonly certificate: string }> {
  const byClass = new Map(proved.map(({ row, phases }) => [row.class, phases]));
  const { file } = naps;
  const kept = file.classes.filter((entry) => byClass.has(entry.class));
  const dropped = file.classes.filter((entry) => !byClass.has(entry.class)).map((entry) => entry.class);
  const smaller: NapFile = {
    ...file,
    classes: kept.map((entry) => ({
      ...entry,
      literals: toTensorLiterals(model.network, byClass.get(entry.class)!).map(
        ({ tensor, active, inactive }) => ({
          tensor,
          active: [...active],
          inactive: [...inactive],
        }),
      ),
      statistics: null,
    })),
    classesWithoutSamples: [...file.classesWithoutSamples, ...dropped].sort((a, b) => a - b),
    overlap: [],
  };
  const text = formatNapFile(smaller);
  const classes = model.network.tensors[model.network.output]!.size;
  const examples = examplesOf(naps);
  const certificate: Certificate = await verify({
    model: model.loaded,
    network: model.network,
    naps: { sha256: sha256(text), byClass },
    dataset: null,
    claims: {
      domain,
      properties: proved.map(({ row }) => ({
        kind: 'non-misclassification',
        class: row.class,
        competitors: Array.from({ length: classes }, (_, k) => k).filter((k) => k !== row.class),
      })),
    },
    engine: 'bab',
    solver: 'highs',
    timeoutSeconds: options.seconds,
    known: new Map(
      proved.flatMap(({ audited }) => audited.results.map((result) => [result.digest, result] as const)),
    ),
    knownShared: Object.assign({}, ...proved.map(({ audited }) => audited.shared)),
    candidates: new Map(
      [...examples].map(([label, point]) => [
        label,
        [{ point, source: `example of class ${label} in the NAP file` }],
      ]),
    ),
  });
  writeOutput(options.output, text);
  return { naps: sha256(text), certificate: sha256(writeCertificate(options.certificate, certificate)) };
}
