/** Certificates for reports: the statement itself, or the one inside a signed envelope. */
import type { Certificate } from '../../certificate/certificate.js';
import { isEnvelope } from '../../certificate/dsse.js';
import { parseCertificate } from '../../certificate/read-certificate.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS, parseStrictJson } from '../../util/strict-json.js';

export interface ReadCertificate {
  /** Of the statement; what digests are about. */
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly certificate: Certificate;
  /** Reports believe the checker, not signatures: `napcert check --verify-key` and `napcert gate` check those. */
  readonly enveloped: boolean;
}

/** @throws InputError for a file that holds no certificate */
export function readForReport(file: string): ReadCertificate {
  const bytes = readRegularFile(file, {
    what: 'the certificate',
    expected: 'a certificate written by `napcert verify`',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  const text = bytes.toString('utf8');
  const payload = payloadOf(text, file);
  if (payload === null) return { bytes, text, certificate: parseCertificate(text, file), enveloped: false };
  const inner = payload.toString('utf8');
  return { bytes: payload, text: inner, certificate: parseCertificate(inner, file), enveloped: true };
}

/** Null for what does not look like an envelope; parsing then says what it is. */
function payloadOf(text: string, file: string): Buffer | null {
  const edges = text.slice(0, 2000) + text.slice(-2000);
  if (!/"payloadType"\s*:/.test(edges)) return null;
  const data = parseStrictJson(text, file);
  if (!isEnvelope(data)) return null;
  const { payload } = data as { readonly payload: unknown };
  return typeof payload === 'string' ? Buffer.from(payload, 'base64') : null;
}
