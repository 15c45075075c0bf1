/**
 * DSSE envelopes (Dead Simple Signing Envelope, protocol version 1) signed with Ed25519. The signature is over the bytes
 * of the payload and its type; it is checked before anything reads the payload. A key id is a hint and decides nothing.
 * Source: github.com/secure-systems-lab/dsse, protocol.md and envelope.md; in-toto attestation, spec/v1/envelope.md.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../util/errors.js';
import { readAs } from '../util/file-kind.js';
import { DEFAULT_JSON_LIMITS, parseStrictJson } from '../util/strict-json.js';

/** The payload type of in-toto statements in JSON. */
export const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json';

/** Keys tried per signature and signatures tried per envelope: more are not meant to be there. */
const MAX_SIGNATURES = 16;

// Fields that are not named here are ignored, as the specification asks; nothing of them is believed.
const envelopeSchema = z.object({
  payload: z.string(),
  payloadType: z.string().min(1).max(1000),
  signatures: z.array(z.object({ keyid: z.string().max(1000).optional(), sig: z.string().max(1000) })),
});

/** An envelope as it is on disk. */
export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid?: string | undefined; readonly sig: string }[];
}

/** What a signature was found over. Only `payload` may be read on, never the file again. */
export type Opened =
  | { readonly kind: 'verified'; readonly payload: Buffer; readonly keyid: string }
  | { readonly kind: 'rejected'; readonly expected: string; readonly found: string };

/** Pre-authentication encoding: what is signed. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `, 'ascii'),
    type,
    Buffer.from(` ${payload.length} `, 'ascii'),
    payload,
  ]);
}

/** SHA-256 of the public key's SubjectPublicKeyInfo, in hexadecimal. */
export function keyId(key: KeyObject): string {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/** An envelope around the payload with one signature by this Ed25519 private key. */
export function signEnvelope(payload: Uint8Array, key: KeyObject, payloadType = IN_TOTO_PAYLOAD): Envelope {
  return {
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: [
      { keyid: keyId(key), sig: sign(null, preAuthEncoding(payloadType, payload), key).toString('base64') },
    ],
  };
}

/** Text of an envelope file. */
export function formatEnvelope(envelope: Envelope): string {
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/** Whether parsed JSON looks like an envelope rather than a statement; for messages only. */
export function isEnvelope(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'payload' in data && 'signatures' in data;
}

/**
 * Opens an envelope with in-toto JSON if at least one of its signatures is by one of these Ed25519 keys. The outer JSON is
 * read, the payload only decoded. A file without any signature, of whatever kind, is rejected like one with a wrong signature.
 * @param file for messages
 */
export function openEnvelope(bytes: Uint8Array, file: string, keys: readonly KeyObject[]): Opened {
  const read = readEnvelope(bytes, file);
  if ('problem' in read) return refused('a DSSE envelope with a signature', read.problem);
  const { envelope } = read;
  const payload = decodeBase64(envelope.payload);
  if (payload === null) return refused('the payload as base64', 'other text');
  const signed = preAuthEncoding(envelope.payloadType, payload);
  if (envelope.signatures.length > MAX_SIGNATURES) {
    return refused(`at most ${MAX_SIGNATURES} signatures`, `${envelope.signatures.length}`);
  }
  for (const { sig } of envelope.signatures) {
    const signature = decodeBase64(sig);
    if (signature === null) continue;
    const key = keys.find((candidate) => isSignedBy(candidate, signed, signature));
    if (key === undefined) continue;
    if (envelope.payloadType !== IN_TOTO_PAYLOAD) {
      return refused(`the payload type ${IN_TOTO_PAYLOAD}`, envelope.payloadType.slice(0, 200));
    }
    return { kind: 'verified', payload, keyid: keyId(key) };
  }
  return refused(
    `a signature by ${keys.map((key) => keyId(key).slice(0, 12)).join(' or ')}`,
    envelope.signatures.length === 0
      ? 'no signature'
      : `${envelope.signatures.length === 1 ? 'a signature' : `${envelope.signatures.length} signatures`} by no such key, or over something else`,
  );
}

function readEnvelope(
  bytes: Uint8Array,
  file: string,
): { readonly envelope: Envelope } | { readonly problem: string } {
  const text = Buffer.from(bytes).toString('utf8');
  let data: unknown;
  try {
    data = readAs('envelope', file, text, () => parseStrictJson(text, file, DEFAULT_JSON_LIMITS));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { place, found } = error.fault;
    return { problem: [place, found ?? error.message].filter((part) => part !== undefined).join(': ') };
  }
  const result = envelopeSchema.safeParse(data);
  if (result.success) return { envelope: result.data };
  const issue = result.error.issues[0]!;
  return { problem: `${issue.path.map(String).join('.') || 'the file'}: ${issue.message}` };
}

function isSignedBy(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  // Another kind of key would make `verify` use another algorithm.
  return key.asymmetricKeyType === 'ed25519' && verify(null, signed, key, signature);
}

function refused(expected: string, found: string): Opened {
  return { kind: 'rejected', expected, found };
}

/**
 * Bytes of standard or URL-safe base64 (both must be accepted), with padding or without; null for anything else. Node
 * skips characters that are none of base64, so two readers could see different bytes; text is refused unless it is just
 * what its bytes encode to.
 */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  const standard = bytes.toString('base64');
  const urlSafe = standard.replaceAll('+', '-').replaceAll('/', '_');
  const forms = [standard, urlSafe, standard.replace(/=+$/, ''), urlSafe.replace(/=+$/, '')];
  return forms.includes(text) ? bytes : null;
}
