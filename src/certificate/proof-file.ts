/**
 * Proof files: gzip-compressed JSON lines in sections, bound to a certificate by the digest of the compressed
 * bytes (specs/certificate-v1.md, section 4.4).
 *
 * A reader holds the compressed bytes (until they are unpacked) and the unpacked text, both under a limit, and an
 * index of sections. Steps are parsed one line at a time, as a checker asks for them, and are not kept.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { parseStrictJson } from '../util/strict-json.js';
import { type ProofStep, stepSchema } from './proof.js';

export interface ProofFileLimits {
  readonly maxCompressedBytes: number;
  readonly maxBytes: number;
  readonly maxLineBytes: number;
}

export const DEFAULT_PROOF_FILE_LIMITS: ProofFileLimits = {
  maxCompressedBytes: 512 * 1024 * 1024,
  maxBytes: 2 * 1024 * 1024 * 1024,
  maxLineBytes: 64 * 1024 * 1024,
};

const STEP_DEPTH = 10;
const NEWLINE = 10;
/** Text collected before a gzip member is written; a proof file is a series of members. */
const MEMBER_BYTES = 4 * 1024 * 1024;

const headerSchema = z.strictObject({
  section: z.string().min(1).max(1000),
  steps: z.int().min(1).max(1e9),
});

export interface ProofFileWriter {
  /** Appends a section; ids must differ, and a section has at least one step (else a RangeError). */
  readonly section: (id: string, steps: readonly ProofStep[]) => void;
  /** The compressed file and its digest. */
  readonly finish: () => { readonly bytes: Uint8Array; readonly sha256: string };
}

export function proofFileWriter(): ProofFileWriter {
  const members: Buffer[] = [];
  const ids = new Set<string>();
  let lines: string[] = [];
  let size = 0;
  const flush = (): void => {
    if (size > 0) members.push(gzipSync(lines.join('')));
    lines = [];
    size = 0;
  };
  const write = (value: unknown): void => {
    const line = `${JSON.stringify(value)}\n`;
    lines.push(line);
    size += line.length;
    if (size >= MEMBER_BYTES) flush();
  };
  return {
    section: (id, steps) => {
      if (ids.has(id)) throw new RangeError(`section ${id} is written twice`);
      if (steps.length === 0) throw new RangeError(`section ${id} is empty`);
      ids.add(id);
      write({ section: id, steps: steps.length });
      for (const step of steps) write(step);
    },
    finish: () => {
      flush();
      const bytes = Buffer.concat(members);
      return { bytes, sha256: sha256(bytes) };
    },
  };
}

export interface ProofFile {
  /** The steps of a section, parsed as they are read. InputError for an unknown section or a malformed step. */
  readonly section: (id: string) => Iterable<ProofStep>;
  readonly sections: readonly string[];
}

interface Section {
  readonly start: number;
  readonly steps: number;
}

/** @throws InputError for another digest, oversized, truncated or malformed data */
export function readProofFile(
  bytes: Uint8Array,
  expectedSha256: string,
  file: string,
  limits: ProofFileLimits = DEFAULT_PROOF_FILE_LIMITS,
): ProofFile {
  if (bytes.length > limits.maxCompressedBytes) {
    throw new InputError('the proof file is too large', {
      file,
      expected: `at most ${limits.maxCompressedBytes} bytes`,
      found: `${bytes.length}`,
    });
  }
  const found = sha256(bytes);
  if (found !== expectedSha256) {
    throw new InputError('not the proof file that the certificate names', {
      file,
      place: 'sha256',
      expected: expectedSha256,
      found,
    });
  }
  const text = unpack(bytes, file, limits);
  const sections = indexSections(text, file, limits);
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
      return readSteps(text, section, id, file, limits);
    },
  };
}

function unpack(bytes: Uint8Array, file: string, limits: ProofFileLimits): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.maxBytes });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new InputError('cannot unpack the proof file', {
      file,
      expected: `gzip data of at most ${limits.maxBytes} bytes when unpacked`,
      found: code === 'ERR_BUFFER_TOO_LARGE' ? 'more' : `${(error as Error).message}`,
    });
  }
}

function indexSections(text: Buffer, file: string, limits: ProofFileLimits): Map<string, Section> {
  const sections = new Map<string, Section>();
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const end = lineEnd(text, at, line, file, limits);
    const header = headerSchema.safeParse(parseLine(text, at, end, line, file));
    if (!header.success) throw malformed(file, line, 'a section header', header.error);
    const { section, steps } = header.data;
    if (sections.has(section)) {
      throw new InputError('a section occurs twice', {
        file,
        place: `line ${line}`,
        found: JSON.stringify(section),
      });
    }
    at = end + 1;
    sections.set(section, { start: at, steps });
    for (let n = 0; n < steps; n++) at = lineEnd(text, at, line + 1 + n, file, limits) + 1;
    line += 1 + steps;
  }
  return sections;
}

function* readSteps(
  text: Buffer,
  { start, steps }: Section,
  id: string,
  file: string,
  limits: ProofFileLimits,
): Generator<ProofStep> {
  let at = start;
  for (let n = 0; n < steps; n++) {
    const place = `section ${JSON.stringify(id)}, step ${n}`;
    const end = lineEnd(text, at, place, file, limits);
    const step = stepSchema.safeParse(parseLine(text, at, end, place, file));
    if (!step.success) throw malformed(file, place, 'a proof step', step.error);
    yield step.data;
    at = end + 1;
  }
}

/** Position of the newline that ends the line which starts at `at`. */
function lineEnd(
  text: Buffer,
  at: number,
  line: number | string,
  file: string,
  limits: ProofFileLimits,
): number {
  const end = text.indexOf(NEWLINE, at);
  const fault = { file, place: placeOf(line) };
  if (end < 0) throw new InputError('the proof file is cut off', { ...fault, expected: 'a whole line' });
  if (end - at > limits.maxLineBytes) {
    throw new InputError('a line is too long', {
      ...fault,
      expected: `at most ${limits.maxLineBytes} bytes`,
    });
  }
  return end;
}

function parseLine(text: Buffer, at: number, end: number, line: number | string, file: string): unknown {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(text.subarray(at, end));
    return parseStrictJson(decoded, file, { maxBytes: end - at, maxDepth: STEP_DEPTH });
  } catch (error) {
    if (error instanceof InputError) {
      const { place: inner, ...fault } = error.fault;
      const place = inner === undefined ? placeOf(line) : `${placeOf(line)}: ${inner}`;
      throw new InputError(error.message, { ...fault, place });
    }
    throw new InputError('a line is not UTF-8 text', { file, place: placeOf(line) });
  }
}

function placeOf(line: number | string): string {
  return typeof line === 'number' ? `line ${line}` : line;
}

function malformed(file: string, line: number | string, expected: string, error: z.ZodError): InputError {
  const issue = error.issues[0]!;
  const inner = issue.path.map(String).join('.');
  const place = inner === '' ? placeOf(line) : `${placeOf(line)}: ${inner}`;
  return new InputError(`not ${expected}`, { file, place, expected, found: issue.message });
}
