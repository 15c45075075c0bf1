/** Query and model files as verification tools exchange them: plain, or compressed with gzip. */
import { basename } from 'node:path';
import { readContent } from '../../dataset/read-file.js';
import { DEFAULT_MAX_BYTES, decodeModel } from '../../onnx/load-model.js';
import type { QueryProperty } from '../../spec/property.js';
import { parseQuery } from '../../spec/vnnlib/parse-query.js';
import type { Query } from '../../spec/vnnlib/query.js';
import { MAX_CHARACTERS } from '../../spec/vnnlib/s-expression.js';
import { InputError } from '../../util/errors.js';
import { otherKind, readAs } from '../../util/file-kind.js';
import { printable } from '../../util/plain-text.js';
import { lowerAt, type OpenedModel, openModel } from '../open-model.js';

export interface OpenedQuery {
  /** As the user named it. */
  readonly path: string;
  readonly query: Query;
  readonly property: QueryProperty;
}

/** @throws InputError for a file that is no query, with line and column */
export async function openQuery(path: string): Promise<OpenedQuery> {
  const { bytes } = await readContent(path, MAX_CHARACTERS);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const other = otherKind('query', path, bytes);
    if (other !== null) throw other;
    throw new InputError('the query is no text', {
      file: path,
      expected: 'ASCII or UTF-8',
      found: 'other bytes',
    });
  }
  const name = printable(basename(path)).slice(0, 500);
  const query = readAs('query', path, text, () => parseQuery(text, path));
  return { path, query, property: { kind: 'query', name, text } };
}

/** As `openModel`; a `.gz` is unpacked, and the digest is of the ONNX file in it. */
export async function openPackedModel(path: string): Promise<OpenedModel> {
  if (!path.endsWith('.gz')) return openModel(path);
  const { bytes } = await readContent(path, DEFAULT_MAX_BYTES);
  const name = printable(basename(path, '.gz'));
  try {
    const loaded = decodeModel(bytes, name);
    return { path, loaded, network: lowerAt(path, loaded) };
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}
