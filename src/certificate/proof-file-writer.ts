/** Writes proof files (specs/certificate-v1.md, section 4.4). */
import { gzipSync } from 'node:zlib';
import { sha256 } from '../util/digest.js';
import type { ProofStep } from './proof.js';

/** Text collected before a gzip member is written: what a reader has to hold. */
const MEMBER_BYTES = 512 * 1024;

export interface ProofFileWriter {
  /** Appends a section; ids must differ, and a section has at least one step (else a RangeError). */
  readonly section: (id: string, steps: readonly ProofStep[]) => void;
  /** The compressed file and its digest. */
  readonly finish: () => { readonly bytes: Uint8Array; readonly sha256: string };
}

/** Every section begins a gzip member, so that a reader can begin there; a long section goes on in further members. */
export function proofFileWriter(): ProofFileWriter {
  const members: Buffer[] = [];
  const ids = new Set<string>();
  let pending: Buffer[] = [];
  let size = 0;
  const flush = (): void => {
    if (size > 0) members.push(gzipSync(Buffer.concat(pending)));
    pending = [];
    size = 0;
  };
  const write = (value: unknown): void => {
    let rest = Buffer.from(`${JSON.stringify(value)}\n`);
    while (rest.length > 0) {
      const part = rest.subarray(0, MEMBER_BYTES - size);
      pending.push(part);
      size += part.length;
      rest = rest.subarray(part.length);
      if (size === MEMBER_BYTES) flush();
    }
  };
  return {
    section: (id, steps) => {
      if (ids.has(id)) throw new RangeError(`section ${id} is written twice`);
      if (steps.length === 0) throw new RangeError(`section ${id} is empty`);
      ids.add(id);
      write({ section: id, steps: steps.length });
      for (const step of steps) write(step);
      flush();
    },
    finish: () => {
      const bytes = Buffer.concat(members);
      return { bytes, sha256: sha256(bytes) };
    },
  };
}
