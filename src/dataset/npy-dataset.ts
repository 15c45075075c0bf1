/** Datasets of NumPy arrays: a pair of .npy files, or a pair of arrays in one .npz. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../util/errors.js';
import { arrayPairs, arrayRole } from './array-names.js';
import { createDataset, type Dataset, type DatasetFile, type Scale } from './dataset.js';
import { checkLabels } from './labels.js';
import { MAX_EXPANDED_BYTES } from './limits.js';
import { type NpyArray, parseNpy } from './npy.js';
import { scaleNumbers } from './numeric-samples.js';
import { type FileContent, fileEntry, readContent } from './read-file.js';
import { unzipMembers, zipNames } from './zip.js';

export interface NpyOptions {
  /** .npy: the file of labels. */
  readonly labels?: string;
  readonly scale?: Scale;
  readonly allowGaps?: boolean;
}

/**
 * An .npy file of features (shape N x ...) with its labels (shape N or N x 1), given or found beside it by
 * name: `x.npy` and `y.npy`, `X_train.npy` and `y_train.npy`, `images.npy` and `labels.npy`.
 */
export async function openNpy(content: FileContent, options: NpyOptions = {}): Promise<Dataset> {
  const labelsPath = options.labels ?? (await labelsBeside(content.path));
  const labelContent = await readContent(labelsPath);
  return assemble(
    {
      name: content.path,
      format: 'npy',
      features: { where: content.path, array: parsed(content.path, undefined, content.bytes) },
      labels: { where: labelsPath, array: parsed(labelsPath, undefined, labelContent.bytes) },
      files: [fileEntry('features', content), fileEntry('labels', labelContent)],
      reading: [],
    },
    options,
  );
}

/**
 * Two arrays of an .npz archive, found by their names (see `arrayPairs`). `fragment` chooses when there are
 * several: a part (`test`), or both names (`pixels,digits`).
 */
export async function openNpz(
  content: FileContent,
  fragment: string | undefined,
  options: NpyOptions = {},
): Promise<Dataset> {
  const file = content.path;
  const chosen = inFile(file, () => chooseArrays(zipNames(content.bytes), fragment));
  const members = inFile(file, () =>
    unzipMembers(content.bytes, [`${chosen.features}.npy`, `${chosen.labels}.npy`], MAX_EXPANDED_BYTES),
  );
  const array = (name: string): NpyArray => parsed(file, name, members.get(`${name}.npy`)!);
  return assemble(
    {
      name: fragment === undefined ? file : `${file}#${fragment}`,
      format: 'npz',
      features: { where: file, array: array(chosen.features) },
      labels: { where: file, array: array(chosen.labels) },
      files: [fileEntry('archive', content)],
      reading: [`arrays=${chosen.features},${chosen.labels}`],
    },
    options,
  );
}

interface Sources {
  readonly name: string;
  readonly format: 'npy' | 'npz';
  readonly features: { readonly where: string; readonly array: NpyArray };
  readonly labels: { readonly where: string; readonly array: NpyArray };
  readonly files: readonly DatasetFile[];
  readonly reading: readonly string[];
}

function assemble(sources: Sources, options: NpyOptions): Dataset {
  const { features, labels } = sources;
  const { shape } = features.array;
  if (shape.length < 2) {
    throw new InputError('the features are not a list of samples', {
      file: features.where,
      place: 'features',
      expected: 'at least two dimensions, the first counting samples',
      found: `shape (${shape.join(', ')})`,
    });
  }
  const [rows, columns = 1, ...more] = labels.array.shape;
  if (rows === undefined || columns !== 1 || more.length > 0) {
    throw new InputError('the labels are not a list of integers', {
      file: labels.where,
      place: 'labels',
      expected: 'shape (N) or (N, 1)',
      found: `shape (${labels.array.shape.join(', ')})`,
    });
  }
  if (rows !== shape[0]) {
    throw new InputError('the number of labels is not the number of samples', {
      file: labels.where,
      place: 'labels',
      expected: `${shape[0]} labels`,
      found: `${rows} labels`,
    });
  }
  const featureShape = shape.slice(1);
  const size = featureShape.reduce((product, side) => product * side, 1);
  const { samples, scaling, reading } = scaleNumbers(
    features.array.data,
    options.scale,
    features.where,
    (i) => `sample ${Math.floor(i / size)}, feature ${i % size}`,
  );
  return createDataset({
    name: sources.name,
    format: sources.format,
    featureShape,
    ...checkLabels(labels.array.data, { file: labels.where, allowGaps: options.allowGaps ?? false }),
    samples,
    scaling,
    files: sources.files,
    reading: [...sources.reading, reading],
  });
}

async function labelsBeside(path: string): Promise<string> {
  const stem = (name: string): string => name.replace(/\.npy(\.gz)?$/i, '');
  const own = arrayRole(stem(basename(path)));
  const folder = dirname(path);
  const names = own?.role === 'features' ? await readdir(folder) : [];
  const found = names.filter((name) => {
    const role = /\.npy(\.gz)?$/i.test(name) ? arrayRole(stem(name)) : null;
    return role?.role === 'labels' && role.part === own?.part;
  });
  if (found.length === 1) return join(folder, found[0]!);
  throw new InputError('an .npy file holds no labels', {
    file: path,
    expected: 'the file of labels (--labels), or y.npy beside x.npy, or an .npz with both',
    found: found.length === 0 ? 'no labels beside it' : found.join(', '),
  });
}

function chooseArrays(
  members: readonly string[],
  fragment: string | undefined,
): { features: string; labels: string } {
  const names = members.filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4));
  const explicit = fragment?.split(',') ?? [];
  if (explicit.length === 2 && explicit.every((name) => names.includes(name))) {
    return { features: explicit[0]!, labels: explicit[1]! };
  }
  const pairs = arrayPairs(names).filter(({ part }) => fragment === undefined || part === fragment);
  if (pairs.length === 1) return pairs[0]!;
  throw new InputError(pairs.length === 0 ? 'no features with labels' : 'several features with labels', {
    place: fragment === undefined ? 'archive' : `#${fragment}`,
    expected: 'one pair such as x and y, or a choice: FILE#test or FILE#FEATURES,LABELS',
    found: names.length === 0 ? 'no arrays' : `arrays ${names.join(', ')}`,
  });
}

function parsed(file: string, name: string | undefined, bytes: Uint8Array): NpyArray {
  try {
    return parseNpy(bytes);
  } catch (error) {
    if (!(error instanceof InputError) || name === undefined) return inFile(file, () => rethrow(error));
    const place = [`array ${name}`, error.fault.place].filter((part) => part !== undefined).join(', ');
    throw new InputError(error.message, { ...error.fault, file, place });
  }
}

function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InputError ? error.inFile(file) : error;
  }
}

function rethrow(error: unknown): never {
  throw error;
}
