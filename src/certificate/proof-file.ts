/**
 * Proof files: gzip-compressed JSON lines in sections, bound to a certificate by the digest of the compressed
 * bytes (specs/certificate-v1.md, section 4.4).
 *
 * A reader goes over the file twice when it is opened, for the digest and for an index of sections, and again
 * for every section that is asked for. It holds the index, a digest per block (pinned-bytes.ts), and while it reads
 * one gzip member and one line; steps are parsed as a checker asks for them, and are not kept.
 */
import { z } from 'zod';
import { InputError } from '../util/errors.js';
import { parseStrictJson } from '../util/strict-json.js';
import { gzipMembers } from './gzip-members.js';
import { type ByteSource, type PinnedBytes, pin } from './pinned-bytes.js';
import { type ProofStep, stepSchema } from './proof.js';
import { cutOff, type Line, type LineStart, lineReader, placeOf } from './proof-lines.js';

export { type ProofFileWriter, proofFileWriter } from './proof-file-writer.js';

export interface ProofFileLimits {
  readonly maxCompressedBytes: number;
  /** Of the whole unpacked text. */
  readonly maxBytes: number;
  readonly maxLineBytes: number;
  /** Unpacked text of one section; default `maxBytes`. */
  readonly maxSectionBytes?: number;
  /** Characters of all section ids, 100 more for each section; default 32 Mi. */
  readonly maxIndexCharacters?: number;
}

const MAX_INDEX_CHARACTERS = 32 * 1024 * 1024;
const INDEX_ENTRY_CHARACTERS = 100;

export const DEFAULT_PROOF_FILE_LIMITS: ProofFileLimits = {
  maxCompressedBytes: 512 * 1024 * 1024,
  maxBytes: 8 * 1024 * 1024 * 1024,
  maxLineBytes: 64 * 1024 * 1024,
  maxSectionBytes: 2 * 1024 * 1024 * 1024,
  maxIndexCharacters: MAX_INDEX_CHARACTERS,
};

const STEP_DEPTH = 10;
/** The shortest step, `{"rule":"shared","id":"x"}`, has 26. A number of steps is limited by the bytes they need. */
const MIN_STEP_BYTES = 16;
/** An id has at most 1000 characters, each at most six bytes of JSON. */
const MAX_HEADER_BYTES = 8192;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const headerSchema = z.strictObject({
  section: z.string().min(1).max(1000),
  steps: z.int().min(1).max(1e9),
});

export interface ProofFile {
  /**
   * The steps of a section, unpacked and parsed as they are read. InputError for an unknown section, and while
   * reading for a malformed step and for a file that has changed since it was opened.
   */
  readonly section: (id: string) => Iterable<ProofStep>;
  readonly sections: readonly string[];
}

interface Section extends LineStart {
  readonly steps: number;
}

/** Data and the rules for it, as every step of reading needs them. */
interface Reading {
  readonly bytes: PinnedBytes;
  readonly file: string;
  readonly limits: ProofFileLimits;
}

/** @throws InputError for another digest, oversized, truncated or malformed data */
export function readProofFile(
  bytes: Uint8Array,
  expectedSha256: string,
  file: string,
  limits: ProofFileLimits = DEFAULT_PROOF_FILE_LIMITS,
): ProofFile {
  const read = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return openProofSource({ size: bytes.length, read }, expectedSha256, file, limits);
}

/**
 * Like `readProofFile`, of bytes that stay where they are. The digest is compared before anything is unpacked, and
 * what is unpacked later is compared with what was hashed.
 * @throws InputError for another digest, oversized, truncated or malformed data
 */
export function openProofSource(
  source: ByteSource,
  expectedSha256: string,
  file: string,
  limits: ProofFileLimits = DEFAULT_PROOF_FILE_LIMITS,
): ProofFile {
  if (source.size > limits.maxCompressedBytes) {
    throw new InputError('the proof file is too large', {
      file,
      expected: `at most ${limits.maxCompressedBytes} bytes`,
      found: `${source.size}`,
    });
  }
  const bytes = pin(source, file);
  if (bytes.sha256 !== expectedSha256) {
    throw new InputError('not the proof file that the certificate names', {
      file,
      place: 'sha256',
      expected: expectedSha256,
      found: bytes.sha256,
    });
  }
  const reading = { bytes, file, limits };
  const sections = indexSections(reading);
  return {
    sections: [...sections.keys()],
    section: (id) => {
      const section = sections.get(id);
      if (section === undefined) {
        throw new InputError('the proof file has no such section', {
          file,
          expected: `one of ${sections.size} sections`,
          found: JSON.stringify(id),
        });
      }
      return readSteps(reading, section, id);
    },
  };
}

function indexSections({ bytes, file, limits }: Reading): Map<string, Section> {
  const sections = new Map<string, Section>();
  const lines = lineReader(gzipMembers(bytes, 0, file, limits.maxBytes), 0, file);
  const maxHeader = Math.min(MAX_HEADER_BYTES, limits.maxLineBytes);
  const maxSection = limits.maxSectionBytes ?? limits.maxBytes;
  const maxIndex = limits.maxIndexCharacters ?? MAX_INDEX_CHARACTERS;
  let index = 0;
  let line = 1;
  for (;;) {
    const first = lines.next({ place: line, maxBytes: maxHeader, keep: true });
    if (first === null) break;
    const { section, steps } = parseHeader(first, line, file);
    const refuse = (message: string, expected: string): InputError =>
      new InputError(message, { file, place: placeOf(line), expected, found: JSON.stringify(section) });
    if (sections.has(section)) throw refuse('a section occurs twice', 'another id');
    const most = Math.floor(maxSection / (MIN_STEP_BYTES + 1));
    if (steps > most) throw refuse('a section is too large', `at most ${most} steps`);
    index += section.length + INDEX_ENTRY_CHARACTERS;
    if (index > maxIndex) throw refuse('too many sections', `an index of at most ${maxIndex} characters`);
    sections.set(section, { member: first.member, skip: first.skip, steps });
    let size = first.length + 1;
    for (let n = 1; n <= steps; n++) {
      const step = lines.next({ place: line + n, maxBytes: limits.maxLineBytes, keep: false });
      if (step === null) throw cutOff(file, line + n);
      if (step.length < MIN_STEP_BYTES) throw shortStep(file, line + n, step.length);
      size += step.length + 1;
      if (size > maxSection) throw refuse('a section is too large', `at most ${maxSection} unpacked bytes`);
    }
    line += 1 + steps;
  }
  if (sections.size === 0) throw cutOff(file, line);
  return sections;
}

function shortStep(file: string, line: number, length: number): InputError {
  const expected = `a proof step, at least ${MIN_STEP_BYTES} bytes`;
  return new InputError('not a proof step', {
    file,
    place: placeOf(line),
    expected,
    found: `${length} bytes`,
  });
}

function parseHeader(first: Line, line: number, file: string): z.infer<typeof headerSchema> {
  const header = headerSchema.safeParse(parseLine(first, line, file));
  if (!header.success) throw malformed(file, line, 'a section header', header.error);
  return header.data;
}

function* readSteps(
  { bytes, file, limits }: Reading,
  { member, skip, steps }: Section,
  id: string,
): Generator<ProofStep> {
  const lines = lineReader(gzipMembers(bytes, member, file, limits.maxBytes), skip, file);
  const maxBytes = limits.maxLineBytes;
  lines.next({ place: `section ${JSON.stringify(id)}`, maxBytes, keep: false });
  for (let n = 0; n < steps; n++) {
    const place = `section ${JSON.stringify(id)}, step ${n}`;
    const line = lines.next({ place, maxBytes, keep: true });
    if (line === null) throw cutOff(file, place);
    const step = stepSchema.safeParse(parseLine(line, place, file));
    if (!step.success) throw malformed(file, place, 'a proof step', step.error);
    yield step.data;
  }
}

function parseLine({ text, length }: Line, line: number | string, file: string): unknown {
  try {
    const decoded = utf8.decode(text);
    return parseStrictJson(decoded, file, { maxBytes: length, maxDepth: STEP_DEPTH });
  } catch (error) {
    if (error instanceof InputError) {
      const { place: inner, ...fault } = error.fault;
      const place = inner === undefined ? placeOf(line) : `${placeOf(line)}: ${inner}`;
      throw new InputError(error.message, { ...fault, place });
    }
    throw new InputError('a line is not UTF-8 text', { file, place: placeOf(line) });
  }
}

function malformed(file: string, line: number | string, expected: string, error: z.ZodError): InputError {
  const issue = error.issues[0]!;
  const inner = issue.path.map(String).join('.');
  const place = inner === '' ? placeOf(line) : `${placeOf(line)}: ${inner}`;
  return new InputError(`not ${expected}`, { file, place, expected, found: issue.message });
}
