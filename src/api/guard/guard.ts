/** Adds run-time checks of proved NAPs to a model: what `napcert guard` does. */
import type { Certificate } from '../../certificate/certificate.js';
import { literalCount, type Phases } from '../../nap/nap.js';
import { toPhases } from '../../nap/nap-literals.js';
import { randomSamples } from '../../network/compare-oracle.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import { exposable } from '../../network/oracle.js';
import { appendToGraph } from '../../onnx/append-graph.js';
import type { CheckDocument } from '../../report/documents/check.js';
import type { GuardDocument } from '../../report/documents/guard.js';
import { onlyAgainst } from '../../spec/property.js';
import { sha256 } from '../../util/digest.js';
import { InputError, UnsupportedError } from '../../util/errors.js';
import { checkFile } from '../check.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from '../open-model.js';
import { assertWritable, writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { VERSION } from '../version.js';
import { guardedBox } from './domain.js';
import { guardGraph, OUTPUTS } from './guard-graph.js';
import { meaningOf } from './meaning.js';
import { assertSameOutputs } from './same-outputs.js';

export interface GuardOptions {
  readonly model: string;
  readonly certificate: string;
  /** NAPs that must be those of the certificate. */
  readonly naps?: string;
  /** Public keys; the certificate must be an envelope signed by one of them. */
  readonly verifyKeys?: readonly string[];
  readonly output: string;
}

/** Random inputs on which the original outputs are compared, besides the witnesses of the certificate. */
const RANDOM = 8;

/**
 * Checks the certificate, and writes the model with the three outputs of {@link OUTPUTS} added. Nothing is written if
 * the checker rejects the certificate, or accepts no proof of non-misclassification against all other classes.
 * @throws InputError for files that cannot be used, and for a model that is guarded already
 */
export async function guard(
  options: GuardOptions,
  progress: Progress = silentProgress,
): Promise<GuardDocument> {
  const { certificate: path, output, naps, verifyKeys } = options;
  assertWritable(output, '--output', [options.model, path, naps, ...(verifyKeys ?? [])]);
  const { document: checked, certificate } = await checkFile(
    {
      certificate: path,
      model: options.model,
      ...(naps === undefined ? {} : { naps }),
      ...(verifyKeys === undefined ? {} : { verifyKeys }),
    },
    progress,
  );
  const model = await openComparedModel(options.model);
  if (model.loaded.sha256 !== checked.model.sha256) {
    throw new InputError('the model changed while its certificate was checked', { file: options.model });
  }
  const usable = certificate !== null && checked.verdict !== 'invalid' ? certificate : null;
  const literals = usable === null ? new Map<number, Phases>() : napsOf(model.network, usable);
  const classes = classRows(model.network, checked, usable, literals);
  const proved = new Set(classes.flatMap((row) => (row.certified ? [row.class] : [])));
  const written =
    usable === null || proved.size === 0
      ? null
      : await write(model, usable, checked, literals, proved, output, progress);
  return {
    format: 'napcert-guard/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    certificate: { ...checked.certificate, verdict: checked.verdict },
    output: written === null ? null : { file: output, sha256: written.sha256 },
    outputs: { ...OUTPUTS },
    domain: checked.domain,
    narrowed: written?.narrowed ?? false,
    arithmetic: checked.arithmetic,
    classes,
    meaning: usable === null ? [] : meaningOf(usable.predicate.arithmetic, written?.narrowed ?? false),
    addedNodes: written?.nodes ?? 0,
    compared: written?.compared ?? 0,
    rejection: checked.rejection,
  };
}

function napsOf(network: Network, { predicate }: Certificate): Map<number, Phases> {
  return new Map((predicate.naps?.classes ?? []).map((entry) => [entry.class, toPhases(network, entry)]));
}

/** A class is certified if the checker itself proved "holds" for it against every other class of the model. */
function classRows(
  network: Network,
  checked: CheckDocument,
  certificate: Certificate | null,
  naps: ReadonlyMap<number, Phases>,
): GuardDocument['classes'] {
  const classes = network.tensors[network.output]!.size;
  return Array.from({ length: classes }, (_, label) => {
    const why = whyNot(label, classes, checked, certificate);
    const phases = naps.get(label);
    return {
      class: label,
      literals: phases === undefined ? null : literalCount(phases),
      certified: why === null,
      why,
    };
  });
}

function whyNot(
  label: number,
  classes: number,
  checked: CheckDocument,
  certificate: Certificate | null,
): string | null {
  if (certificate === null) return 'the certificate is rejected';
  const result = certificate.predicate.properties.find(
    ({ property }) => property.kind === 'non-misclassification' && property.class === label,
  );
  const outcome = checked.properties.find(({ id }) => id === result?.id);
  if (result === undefined || outcome === undefined) return 'the certificate claims nothing about its NAP';
  if (onlyAgainst(result.property, classes) !== null) return 'claimed against some of the other classes only';
  if (result.verdict !== 'holds') return `the certificate says "${result.verdict}"`;
  return outcome.verdict === 'valid'
    ? null
    : `the checker says "${outcome.verdict}": a step is taken on trust`;
}

interface Written {
  readonly sha256: string;
  readonly nodes: number;
  readonly narrowed: boolean;
  readonly compared: number;
}

async function write(
  { network, loaded, path }: OpenedModel,
  { predicate }: Certificate,
  checked: CheckDocument,
  naps: ReadonlyMap<number, Phases>,
  proved: ReadonlySet<number>,
  output: string,
  progress: Progress,
): Promise<Written> {
  assertReadable(network, loaded, path);
  const box = guardedBox(network, predicate.domain);
  const addition = guardGraph({ network, loaded, naps, proved, box });
  const bytes = appendToGraph(loaded.bytes, addition, {
    'napcert.guard': 'napcert-guard/1',
    'napcert.version': VERSION,
    'napcert.model.sha256': loaded.sha256,
    'napcert.certificate.sha256': checked.certificate.sha256,
    'napcert.certificate.verified-at': predicate.verifiedAt,
    'napcert.arithmetic': predicate.arithmetic,
    'napcert.domain': checked.domain ?? '',
    'napcert.certified-classes': [...proved].join(','),
  });
  progress.step('comparing with onnxruntime');
  const { size } = network.tensors[network.input]!;
  const witnesses = predicate.properties.flatMap(({ witnesses: points }) => points.map(({ point }) => point));
  const samples = [
    ...randomSamples(size, RANDOM, 0),
    ...witnesses.slice(0, RANDOM).map((point) => Float64Array.from(point)),
  ];
  try {
    await assertSameOutputs(loaded.bytes, bytes, network, samples);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
  writeOutput(output, bytes);
  const { length } = addition.nodes;
  return { sha256: sha256(bytes), nodes: length, narrowed: box.narrowed, compared: samples.length };
}

/** What the added nodes read must exist in the file, and what they make must not. */
function assertReadable(network: Network, { bytes, model }: OpenedModel['loaded'], path: string): void {
  const { graph } = model;
  const taken = graph.nodes.flatMap(({ outputs }) => outputs).find((name) => name.startsWith('napcert_'));
  if (taken !== undefined) {
    throw new InputError('the model is guarded already', {
      file: path,
      expected: 'a model without tensors whose names begin with napcert_',
      found: JSON.stringify(taken),
    });
  }
  const blocks = neuronBlocks(network);
  if (blocks.length === 0) throw new UnsupportedError('the model has no ReLU to observe', { file: path });
  const shown = new Set(exposable(bytes, network));
  const wanted = [...blocks.map(({ layer }) => layer.output), network.output];
  const hidden = wanted.find((id) => !shown.has(id));
  if (hidden === undefined) return;
  throw new UnsupportedError('a tensor that the guard must read does not exist in the file', {
    file: path,
    place: `tensor "${network.tensors[hidden]!.name}"`,
    expected: 'outputs of ReLUs, and logits, as tensors of the graph',
    found: 'a tensor that only exists in the lowered network',
  });
}
