/** Does brightness change the class? Proof from the graph, or a pair of inputs that shows it. */

import { elementAt } from '../checker/exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from '../checker/exact/evaluate.js';
import { decimalText } from '../checker/exact/rational-text.js';
import { homogeneity } from '../checker/homogeneity.js';
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { analyseDegree, type StructuralVerdict } from '../invariance/degree.js';
import { findScalingWitness, type ScalingWitness } from '../invariance/scaling-witness.js';
import type { Network } from '../network/network.js';
import { openSession } from '../network/oracle.js';
import { type LoadedModel, loadModel } from '../onnx/load-model.js';
import type { InvarianceDocument } from '../report/documents/invariance.js';
import type { Preprocessing } from '../spec/property.js';
import { InputError } from '../util/errors.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { compareAt, lowerAt } from './open-model.js';
import { type Progress, silentProgress } from './progress.js';
import { earlierCertificate } from './verify/certificate-file.js';
import { certifyBoundless } from './verify/certify-boundless.js';
import { VERSION } from './version.js';

export interface InvarianceOptions {
  readonly model: string;
  /** Samples to look for a pair in; random inputs are tried without it. */
  readonly data?: string;
  readonly dataset?: OpenDatasetOptions;
  readonly preprocessing?: Preprocessing;
  /** Certificate to write; an earlier one there is replaced if it shows nothing else. */
  readonly output?: string;
  /** Replace what the output path holds, even if it shows more. */
  readonly fresh?: boolean;
}

/** @throws InputError for files that cannot be used; an operator that napcert cannot evaluate is no error */
export async function invariance(
  options: InvarianceOptions,
  progress: Progress = silentProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<InvarianceDocument> {
  const inputs = [options.model, options.data, options.dataset?.labels];
  const earlier =
    options.output === undefined ? null : earlierCertificate(options.output, options.fresh === true, inputs);
  const preprocessing = options.preprocessing ?? 'not-stated';
  progress.step(`reading ${options.model}`);
  const loaded = await loadModel(options.model);
  const structure = analyseDegree(loaded);
  const { network, refusal } = tryLower(options.model, loaded);
  if (network !== null) await compareAt({ path: options.model, loaded, network }, []);
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  if (network !== null && dataset !== null) assertFits(network, dataset);
  const proved = network !== null && homogeneity(network).kind === 'homogeneous';
  const search = structure.kind === 'not-homogeneous' && network !== null && !proved;
  if (search) progress.step('looking for an input whose class changes');
  const pair = search ? await witness(loaded, network, dataset, signal) : null;
  if (options.output !== undefined && network === null) throw refusal!;
  const certificate =
    options.output === undefined || network === null
      ? null
      : await certifyBoundless({
          model: { loaded, network },
          dataset,
          properties: [{ kind: 'scalar-invariance', preprocessing }],
          output: options.output,
          earlier,
          signal,
        });
  return {
    format: 'napcert-invariance/1',
    napcert: VERSION,
    model: { file: options.model, sha256: loaded.sha256 },
    dataset: dataset === null ? null : datasetReferenceOf(dataset),
    verdict: verdictOf(structure, proved, network, pair),
    degree: structure.kind === 'scalar-invariant' ? structure.degree : null,
    proved,
    firstBreak: breakOf(structure),
    pair:
      pair === null
        ? null
        : {
            source: pair.source,
            factor: pair.factor,
            classes: [...pair.classes],
            runtimeClasses: [...pair.runtimeClasses],
          },
    zeroImage: network === null ? null : zeroImage(network),
    preprocessing,
    refusal: refusal === null ? null : [refusal.message, refusal.fault.place].filter(Boolean).join('; '),
    certificate,
  };
}

/**
 * The graph first. Where it stops, the layers may still show that the logits in front of a dropped softmax are
 * homogeneous, for constants that cancel between nodes.
 */
function verdictOf(
  structure: StructuralVerdict,
  proved: boolean,
  network: Network | null,
  pair: ScalingWitness | null,
): InvarianceDocument['verdict'] {
  if (structure.kind !== 'not-homogeneous') return structure.kind;
  if (proved)
    return network!.notes.some((note) => note.includes('left out')) ? 'argmax-invariant' : 'scalar-invariant';
  return pair === null ? 'undecided' : 'not-invariant';
}

function breakOf(structure: StructuralVerdict): InvarianceDocument['firstBreak'] {
  if (structure.kind === 'scalar-invariant') return null;
  const {
    culprits,
    biases: _,
    ...rest
  } = structure.kind === 'argmax-invariant' ? structure.by : structure.at;
  return { ...rest, culprits: culprits.map((culprit) => ({ ...culprit })) };
}

function tryLower(
  path: string,
  loaded: LoadedModel,
): { network: Network | null; refusal: InputError | null } {
  try {
    return { network: lowerAt(path, loaded), refusal: null };
  } catch (error) {
    if (error instanceof InputError) return { network: null, refusal: error };
    throw error;
  }
}

/** @throws InputError if samples and model differ in size */
export function assertFits(network: Network, dataset: Dataset): void {
  const { size } = network.tensors[network.input]!;
  if (dataset.featureSize === size) return;
  throw new InputError('the samples do not fit the model', {
    file: dataset.name,
    expected: `${size} numbers per sample`,
    found: `${dataset.featureSize}`,
  });
}

async function witness(
  loaded: LoadedModel,
  network: Network,
  dataset: Dataset | null,
  signal: AbortSignal,
): Promise<ScalingWitness | null> {
  const runtime = await openSession(loaded.bytes, network);
  try {
    return await findScalingWitness({ network, runtime, dataset, signal });
  } finally {
    await runtime.close();
  }
}

function zeroImage(network: Network): InvarianceDocument['zeroImage'] {
  const zero = new Float64Array(network.tensors[network.input]!.size);
  const logits = exactLogits(network, evaluateExact(network, zero));
  return {
    logits: logits.num.map((_, i) => decimalText(elementAt(logits, i))),
    classes: [...exactClass(logits).winners],
  };
}
