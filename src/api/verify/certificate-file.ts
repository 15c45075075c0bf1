/** The certificate on disk and the proof file beside it: read to go on from, written whole. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Certificate } from '../../certificate/certificate.js';
import type { Proof } from '../../certificate/proof.js';
import { proofFileWriter } from '../../certificate/proof-file.js';
import { formatCertificate, parseCertificate } from '../../certificate/read-certificate.js';
import { InputError } from '../../util/errors.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS } from '../../util/strict-json.js';
import { assertWritable, type Inputs, writeOutput } from '../output-file.js';

/** A proof whose steps take more as JSON goes into the proof file. */
const MAX_INLINE_CHARACTERS = 64 * 1024;

/** `model.cert.json` has its long proofs in `model.cert.proof.jsonl.gz`. */
export function proofFilePath(certificate: string): string {
  return join(dirname(certificate), `${basename(certificate).replace(/\.json$/, '')}.proof.jsonl.gz`);
}

/**
 * The certificate that the output path holds already (`inputs`: what the run reads); null if there is none, or with `fresh`.
 * @throws InputError for an output that cannot be written, and for a file there that is no napcert certificate
 * (or a proof file without its certificate), unless `fresh` allows to replace it
 */
export function earlierCertificate(path: string, fresh: boolean, inputs: Inputs = []): Certificate | null {
  const proofs = proofFilePath(path);
  for (const output of [path, proofs]) assertWritable(output, '--output', inputs);
  if (fresh) return null;
  if (!existsSync(path)) {
    if (!existsSync(proofs)) return null;
    throw occupied(proofs, 'a proof file without its certificate');
  }
  const bytes = readRegularFile(path, {
    what: 'the file that the certificate would replace',
    expected: 'a napcert certificate to go on from',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  try {
    return parseCertificate(bytes.toString('utf8'), path);
  } catch (error) {
    if (error instanceof InputError) throw occupied(path, `something else (${error.message})`);
    throw error;
  }
}

function occupied(file: string, found: string): InputError {
  return new InputError('the output exists already', {
    file,
    place: '--output',
    expected: 'a new name, a napcert certificate to go on from, or --fresh to replace the file',
    found,
  });
}

/**
 * Writes the certificate, its long proofs first into the proof file: a certificate never names a file that is not
 * there. Returns the text of the certificate.
 * @throws InputError if a path cannot be written
 */
export function writeCertificate(
  path: string,
  certificate: Certificate,
  maxInlineCharacters = MAX_INLINE_CHARACTERS,
): string {
  const proofs = proofFilePath(path);
  const { bytes, certificate: lean } = withProofFile(certificate, basename(proofs), maxInlineCharacters);
  if (bytes !== null) writeOutput(proofs, bytes);
  const text = formatCertificate(lean);
  writeOutput(path, text);
  return text;
}

/** Moves long proofs and long lists of lemmas into sections of a proof file; null bytes if all are short. */
function withProofFile(
  certificate: Certificate,
  file: string,
  maxInlineCharacters: number,
): { readonly certificate: Certificate; readonly bytes: Uint8Array | null } {
  const writer = proofFileWriter();
  const moved: Extract<Proof, { kind: 'file' }>[] = [];
  const move = (proof: Proof, section: string): Proof => {
    if (proof.kind !== 'inline' || JSON.stringify(proof.steps).length <= maxInlineCharacters) return proof;
    writer.section(section, proof.steps);
    const reference = { kind: 'file' as const, file, sha256: '', section };
    moved.push(reference);
    return reference;
  };
  const { predicate } = certificate;
  const obligations = predicate.obligations.map((result) =>
    result.evidence.kind === 'proof'
      ? {
          ...result,
          evidence: { ...result.evidence, proof: move(result.evidence.proof, `obligation ${result.id}`) },
        }
      : result,
  );
  const shared = Object.entries(predicate.shared ?? {}).map(
    ([id, list]) => [id, { ...list, proof: move(list.proof, `shared ${id}`) }] as const,
  );
  if (moved.length === 0) return { certificate, bytes: null };
  const { bytes, sha256 } = writer.finish();
  for (const reference of moved) reference.sha256 = sha256;
  const lists = predicate.shared === undefined ? {} : { shared: Object.fromEntries(shared) };
  return { certificate: { ...certificate, predicate: { ...predicate, obligations, ...lists } }, bytes };
}
