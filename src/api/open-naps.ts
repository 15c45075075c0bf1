/** NAPs made ready for use: read, and found to belong to the model. */
import type { Nap } from '../nap/nap.js';
import { readNapFileWithDigest } from '../nap/nap-file.js';
import { assertNapMatchesModel, naps } from '../nap/nap-literals.js';
import type { NapFile } from '../nap/nap-schema.js';
import { InputError } from '../util/errors.js';
import type { OpenedModel } from './open-model.js';

export interface OpenedNaps {
  readonly path: string;
  readonly file: NapFile;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  readonly naps: readonly Nap[];
}

/** @throws InputError for a file that is no NAP file, or whose NAPs are not of this model */
export function openNaps(path: string, model: OpenedModel): OpenedNaps {
  const { file, sha256 } = readNapFileWithDigest(path);
  assertNapMatchesModel(file, model.loaded.sha256, path);
  checkExamples(file, model, path);
  try {
    return { path, file, sha256, naps: naps(model.network, file) };
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}

/** Examples by class, for classes that have one. */
export function examplesOf({ file }: OpenedNaps): ReadonlyMap<number, Float64Array> {
  return new Map(
    file.classes.flatMap(({ class: label, example }) =>
      example === null ? [] : [[label, Float64Array.from(example)]],
    ),
  );
}

function checkExamples(file: NapFile, { network }: OpenedModel, path: string): void {
  const { size } = network.tensors[network.input]!;
  for (const [position, { example }] of file.classes.entries()) {
    if (example === null || example.length === size) continue;
    throw new InputError('an example does not fit the model', {
      file: path,
      place: `classes[${position}].example`,
      expected: `${size} numbers`,
      found: `${example.length}`,
    });
  }
}
