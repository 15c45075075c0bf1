/** Certificate files: strict reading, stable writing. */
import { InputError } from '../util/errors.js';
import { readAs } from '../util/file-kind.js';
import { DEFAULT_JSON_LIMITS, type JsonLimits, parseStrictJson } from '../util/strict-json.js';
import { type Certificate, certificateSchema } from './certificate.js';

/**
 * Parses a certificate. Anything malformed (syntax, duplicate or unknown keys, wrong types, nesting, size) is an
 * InputError with file and place.
 */
export function parseCertificate(
  text: string,
  file: string,
  limits: JsonLimits = DEFAULT_JSON_LIMITS,
): Certificate {
  return readAs('certificate', file, text, () => parse(text, file, limits));
}

function parse(text: string, file: string, limits: JsonLimits): Certificate {
  const result = certificateSchema.safeParse(parseStrictJson(text, file, limits));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError('not a napcert certificate', {
    file,
    place: issue.path.map(String).join('.') || 'top level',
    expected: 'the format of specs/certificate-v1.md',
    found: issue.message,
  });
}

/** Text of a certificate file: points and literal lists on one line each, so that people can read the rest. */
export function formatCertificate(certificate: Certificate): string {
  const text = JSON.stringify(certificate, null, 2);
  return `${text.replace(/\[\s+(-?[\d.][^[\]{}"]*?)\s+\]/g, (_, body: string) => `[${body.replace(/\s+/g, ' ')}]`)}\n`;
}
