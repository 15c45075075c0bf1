/** Where the steps of a proof come from: the certificate itself, or a section of a proof file beside it. */
import type { Proof, ProofStep } from '../certificate/proof.js';
import type { ProofFile } from '../certificate/proof-file.js';
import { InputError } from '../util/errors.js';

/** The steps of a proof, read one at a time. InputError for a file or section that cannot be read. */
export type StepSource = (proof: Proof, place: string) => Iterable<ProofStep>;

/** Opens the proof file of this name if its compressed bytes have this digest; InputError otherwise. */
export type OpenProofFile = (name: string, sha256: string) => ProofFile;

/** Each file is opened once per digest. Without `open`, proofs outside the certificate are refused. */
export function stepSource(open: OpenProofFile | null): StepSource {
  const files = new Map<string, ProofFile>();
  return (proof, place) => {
    if (proof.kind === 'inline') return proof.steps;
    if (open === null) {
      throw new InputError('the certificate refers to a proof file', {
        place,
        expected: 'the folder of the certificate',
        found: proof.file,
      });
    }
    const key = `${proof.sha256} ${proof.file}`;
    const file = files.get(key) ?? open(proof.file, proof.sha256);
    files.set(key, file);
    return file.section(proof.section);
  };
}
