/** The model that a certificate is about, by digest: among the files that were named, or beside the certificate. */
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { readRegularFile } from '../../util/read-regular-file.js';

const MAX_BYTES = 512 * 1024 * 1024;

export interface FoundModel {
  readonly path: string | null;
  /** Why there is none; empty if there is one. */
  readonly why: string;
}

/** Digests of the models that a user named. @throws InputError for one that cannot be read */
export function namedModels(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(paths.map((path) => [digestOf(path), path]));
}

/** @param name what the certificate calls the model; only its last part is used, in the certificate's folder */
export function findModel(
  certificateFile: string,
  model: { readonly name: string; readonly sha256: string },
  named: ReadonlyMap<string, string>,
): FoundModel {
  const given = named.get(model.sha256);
  if (given !== undefined) return { path: given, why: '' };
  const beside = join(dirname(certificateFile), basename(model.name));
  const other = named.size > 0 ? 'none of the given models is the one it is about' : 'no model was given';
  let found: string;
  try {
    found = digestOf(beside);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { path: null, why: `not checked: ${other}, and ${model.name} is not beside the certificate` };
  }
  if (found === model.sha256) return { path: beside, why: '' };
  return {
    path: null,
    why: `not checked: ${other}, and the ${model.name} beside the certificate is another`,
  };
}

function digestOf(path: string): string {
  return sha256(readRegularFile(path, { what: 'the model', expected: 'an ONNX file', maxBytes: MAX_BYTES }));
}
