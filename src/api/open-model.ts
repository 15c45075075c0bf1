/** A model made ready for use: read, lowered, and found to evaluate as onnxruntime does. */
import { basename } from 'node:path';
import type { SampleBox } from '../network/box-samples.js';
import { type Comparison, compareWithOracle } from '../network/compare-oracle.js';
import { lowerModel } from '../network/lower.js';
import type { Network } from '../network/network.js';
import { type LoadedModel, loadModel } from '../onnx/load-model.js';
import type { ModelReference } from '../report/documents/header.js';
import { InputError } from '../util/errors.js';

export interface OpenedModel {
  /** As the user named it. */
  readonly path: string;
  readonly loaded: LoadedModel;
  readonly network: Network;
}

/** @throws InputError for a file that is no usable model, naming file and place */
export async function openModel(path: string): Promise<OpenedModel> {
  const loaded = await loadModel(path);
  return { path, loaded, network: lowerAt(path, loaded) };
}

/**
 * Opens a model and refuses it unless it computes in onnxruntime what napcert computes, on random samples.
 * Everything that says something about a model's behaviour begins here; the checker, which trusts no runtime, does not.
 * @throws InputError as {@link openModel}, and for a disagreement beyond rounding
 */
export async function openComparedModel(path: string): Promise<OpenedModel> {
  const model = await openModel(path);
  await compareAt(model, []);
  return model;
}

/** Compares with onnxruntime on the given and on random samples, and on points of each box; errors name the file. */
export async function compareAt(
  { path, network, loaded }: OpenedModel,
  samples: readonly Float64Array[],
  boxes: readonly SampleBox[] = [],
): Promise<Comparison> {
  try {
    return await compareWithOracle(network, loaded.bytes, samples, { boxes });
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}

/** Lowers a model; errors name the path as the user wrote it, not its last part. */
export function lowerAt(path: string, loaded: LoadedModel): Network {
  try {
    return lowerModel(loaded);
  } catch (error) {
    if (!(error instanceof InputError) || error.fault.file !== basename(path)) throw error;
    throw Object.assign(error, { fault: { ...error.fault, file: path } });
  }
}

export function modelReferenceOf(model: OpenedModel): ModelReference {
  return { file: model.path, sha256: model.loaded.sha256 };
}
