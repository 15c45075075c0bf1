/** Signing of attestations: the bytes of a statement into a DSSE envelope. */
import type { KeyObject } from 'node:crypto';
import { STATEMENT_TYPE } from '../certificate/certificate.js';
import { formatEnvelope, IN_TOTO_PAYLOAD, isEnvelope, keyId, signEnvelope } from '../certificate/dsse.js';
import type { SignDocument } from '../report/documents/sign.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS, parseStrictJson } from '../util/strict-json.js';
import { readPrivateKey } from './keys.js';
import { assertWritable, type Inputs, writeOutput } from './output-file.js';
import { VERSION } from './version.js';

export interface SignOptions {
  /** An in-toto statement: a certificate or a summary of the gate. */
  readonly statement: string;
  readonly key: string;
  /** Default: beside the statement, see {@link envelopePath}. */
  readonly output?: string;
}

/** `model.cert.json` is signed into `model.cert.dsse.json`. */
export function envelopePath(statement: string): string {
  return `${statement.replace(/\.json$/, '')}.dsse.json`;
}

/** @throws InputError for a file that is no in-toto statement, a key that is none, and an output that cannot be written */
export function signFile({ statement, key, output }: SignOptions): SignDocument {
  const target = output ?? envelopePath(statement);
  assertWritable(target, '--output', [statement, key]);
  const privateKey = readPrivateKey(key);
  const bytes = readRegularFile(statement, {
    what: 'the statement',
    expected: 'a certificate or another in-toto statement',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  const predicateType = predicateTypeOf(bytes.toString('utf8'), statement);
  const text = formatEnvelope(signEnvelope(bytes, privateKey));
  writeOutput(target, text);
  return {
    format: 'napcert-sign/1',
    napcert: VERSION,
    statement: { file: statement, sha256: sha256(bytes) },
    predicateType,
    envelope: { file: target, sha256: sha256(text) },
    payloadType: IN_TOTO_PAYLOAD,
    keyid: keyId(privateKey),
  };
}

/** Signs what was just written, beside it. Returns the path of the envelope. */
export function writeEnvelope(
  statement: string,
  content: string | Uint8Array,
  key: KeyObject,
  inputs: Inputs = [],
): string {
  const target = envelopePath(statement);
  assertWritable(target, '--sign-key', inputs);
  writeOutput(target, formatEnvelope(signEnvelope(Buffer.from(content), key)), '--sign-key');
  return target;
}

function predicateTypeOf(text: string, file: string): string {
  const data = parseStrictJson(text, file);
  const { _type, predicateType } = (typeof data === 'object' && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  if (_type === STATEMENT_TYPE && typeof predicateType === 'string') return predicateType;
  throw new InputError('nothing to sign', {
    file,
    expected: `an in-toto statement (_type ${STATEMENT_TYPE})`,
    found: isEnvelope(data) ? 'an envelope that is signed already' : 'other JSON',
  });
}
