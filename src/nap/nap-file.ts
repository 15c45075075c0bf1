/** Reading and writing `*.nap.json`. */
import type { z } from 'zod';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { readAs } from '../util/file-kind.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { parseStrictJson } from '../util/strict-json.js';
import { parseDelta } from './delta.js';
import { checkLiterals } from './nap-literals.js';
import { type NapFile, napFileSchema } from './nap-schema.js';

/** Ten million literals (a hundred classes, a hundred thousand neurons each) stay well below. */
const MAX_BYTES = 256 * 1024 * 1024;
/** The format nests half as deep. */
const MAX_DEPTH = 20;

/**
 * Reads and validates a NAP file.
 * @throws InputError that names file and place
 */
export function readNapFile(path: string): NapFile {
  return readNapFileWithDigest(path).file;
}

/** As {@link readNapFile}, with the SHA-256 of the bytes that were read. */
export function readNapFileWithDigest(path: string): { readonly file: NapFile; readonly sha256: string } {
  const bytes = readRegularFile(path, {
    what: 'the NAP file',
    expected: 'a file written by `napcert mine`',
    maxBytes: MAX_BYTES,
  });
  return { file: parseNapFile(bytes.toString('utf8'), path), sha256: sha256(bytes) };
}

/**
 * Validates the text of a NAP file: schema, delta, classes ascending, literals well-formed. What needs the
 * network (tensor names, index ranges) is checked by `toPhases`, the model by `assertNapMatchesModel`.
 * @throws InputError that names file and place
 */
export function parseNapFile(text: string, fileName: string): NapFile {
  return readAs('nap', fileName, text, () => parse(text, fileName));
}

function parse(text: string, fileName: string): NapFile {
  const document = parseStrictJson(text, fileName, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH });
  const parsed = napFileSchema.safeParse(document, { reportInput: true });
  if (!parsed.success) throw schemaFault(parsed.error, fileName);
  try {
    checkDocument(parsed.data);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(fileName) : error;
  }
  return parsed.data;
}

function schemaFault(error: z.ZodError, file: string): InputError {
  const issue = error.issues[0]!;
  const place = placeOf(issue.path);
  return new InputError(issue.message, {
    file,
    ...(place === '' ? {} : { place }),
    ...('expected' in issue ? { expected: String(issue.expected) } : {}),
    ...(issue.input === undefined ? {} : { found: shorten(JSON.stringify(issue.input)) }),
  });
}

function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}...`;
}

function checkDocument(file: NapFile): void {
  const delta = parseDelta(file.delta);
  if (delta.text !== file.delta) {
    throw new InputError('delta is not in canonical form', {
      place: 'delta',
      expected: delta.text,
      found: file.delta,
    });
  }
  checkClassOrder(
    file.classes.map((entry) => entry.class),
    (position) => `classes[${position}].class`,
  );
  checkClassOrder(file.classesWithoutSamples, (position) => `classesWithoutSamples[${position}]`);
  const mined = new Set(file.classes.map((entry) => entry.class));
  file.classesWithoutSamples.forEach((label, position) => {
    if (!mined.has(label)) return;
    throw new InputError('a class is listed both with a NAP and without samples', {
      place: `classesWithoutSamples[${position}]`,
      found: String(label),
    });
  });
  file.classes.forEach((entry, position) => {
    checkLiterals(entry, `classes[${position}]`);
  });
  file.overlap.forEach(({ classes, contradictions, disjoint }, position) => {
    const place = `overlap[${position}]`;
    const foreign = classes.find((label) => !mined.has(label));
    if (foreign !== undefined || classes[0] >= classes[1]) {
      throw new InputError('an overlap is not of two classes of the file', {
        place: `${place}.classes`,
        expected: 'two different classes of this file, ascending',
        found: JSON.stringify(classes),
      });
    }
    if (disjoint !== contradictions > 0) {
      throw new InputError('disjoint does not agree with the number of contradictions', {
        place: `${place}.disjoint`,
        expected: String(contradictions > 0),
        found: String(disjoint),
      });
    }
  });
}

function checkClassOrder(labels: readonly number[], place: (position: number) => string): void {
  for (let i = 1; i < labels.length; i++) {
    if (labels[i]! > labels[i - 1]!) continue;
    throw new InputError('classes are not ascending, or one is repeated', {
      place: place(i),
      expected: `a class above ${labels[i - 1]}`,
      found: String(labels[i]),
    });
  }
}

/**
 * The file's text: two spaces of indentation, keys in the order of the schema, number lists on one line,
 * final newline. Equal contents give equal bytes.
 * @throws Error if the contents are not a valid NAP file (a bug of the caller)
 */
export function formatNapFile(file: NapFile): string {
  const ordered = napFileSchema.parse(file);
  checkDocument(ordered);
  const text = JSON.stringify(ordered, null, 2);
  // A string cannot hold a raw newline in JSON, so this meets lists of numbers only.
  return `${text.replace(/\[\n\s+(-?\d[\d.eE+-]*(?:,\n\s+-?\d[\d.eE+-]*)*)\n\s+\]/g, (_, list: string) => `[${list.replace(/,\n\s+/g, ', ')}]`)}\n`;
}
