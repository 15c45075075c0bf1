/**
 * Files that napcert knows, by how they begin: so that one given in another's place is named instead of being read as what
 * it is not. Asked only after a reader has refused a file: a guess here never decides what a file is.
 */
import { InputError } from './errors.js';

const KINDS = {
  nap: 'a NAP file (napcert mine writes these)',
  certificate: 'a certificate (napcert verify writes these)',
  envelope: 'a signed envelope (napcert sign writes these)',
  summary: 'a verification summary (napcert gate writes these)',
  decision: 'a decision of the gate (napcert gate writes these)',
  coverage: 'a coverage document (napcert coverage --json prints these)',
  document: 'another document of napcert',
  policy: 'a policy of the gate (napcert init writes one)',
  specification: 'a specification (napcert init writes one)',
  query: 'a VNN-LIB query',
  model: 'an ONNX model',
  'private-key': 'a private key (napcert keygen writes these)',
  'public-key': 'a public key (napcert keygen writes these)',
  gzip: 'a file compressed with gzip',
  zip: 'a zip or .npz archive',
  npy: 'a NumPy file',
  png: 'a PNG picture',
  idx: 'an IDX file of samples or labels',
  binary: 'a binary file of a kind that napcert does not know',
} as const;

export type FileKind = keyof typeof KINDS;

/** Far more than the first keys of any of these files take. */
const HEAD = 64 * 1024;

/** First bytes, as the text that decoding them as UTF-8 makes of them. */
const MAGIC: readonly (readonly [string, FileKind])[] = [
  ['\u001f\ufffd', 'gzip'],
  ['PK\u0003\u0004', 'zip'],
  ['\ufffdNUMPY', 'npy'],
  ['\ufffdPNG\r\n', 'png'],
  // Bytes, with one to three dimensions.
  ['\0\0\u0008\u0001', 'idx'],
  ['\0\0\u0008\u0002', 'idx'],
  ['\0\0\u0008\u0003', 'idx'],
];

/** How texts begin, after comments. */
const TEXTS: readonly (readonly [RegExp, FileKind])[] = [
  [/^(?!\s*\{).*-----BEGIN [A-Z ]*PRIVATE KEY-----/s, 'private-key'],
  [/^(?!\s*\{).*-----BEGIN [A-Z ]*PUBLIC KEY-----/s, 'public-key'],
  [/^(?:[ \t]*(?:#.*)?\r?\n)*napcert-policy[ \t]*:/, 'policy'],
  [/^(?:[ \t]*(?:#.*)?\r?\n)*napcert[ \t]*:/, 'specification'],
  [/^(?:\s|;.*\n)*\(\s*(?:vnnlib-version|declare-|assert)/, 'query'],
];

/** What a file looks like; null for one that may be anything. */
export function fileKind(content: Uint8Array | string): FileKind | null {
  const head = (
    typeof content === 'string' ? content : Buffer.from(content.subarray(0, HEAD)).toString('utf8')
  ).slice(0, HEAD);
  const magic = MAGIC.find(([beginning]) => head.startsWith(beginning));
  if (magic !== undefined) return magic[1];
  if (isModel(head)) return 'model';
  const text = TEXTS.find(([beginning]) => beginning.test(head));
  if (text !== undefined) return text[1];
  if (/^\s*\{/.test(head)) return jsonKind(firstKeys(head));
  const start = head.slice(0, 1000);
  return start.includes('\0') || start.split('\ufffd').length > 3 ? 'binary' : null;
}

/** A ModelProto: its first field, ir_version, and the tag of another one. */
function isModel(head: string): boolean {
  const [field, version, next] = [0, 1, 2].map((i) => head.charCodeAt(i));
  return (
    field === 8 &&
    version! > 0 &&
    version! <= 32 &&
    [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next!)
  );
}

/** In words, with the command that writes such files. */
export function describeKind(kind: FileKind): string {
  return KINDS[kind];
}

/**
 * Reads a file of one kind. Where its reader refuses it and the file is of another kind, the error says that instead.
 * @throws what `read` throws
 */
export function readAs<T>(expected: FileKind, file: string, content: Uint8Array | string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? (otherKind(expected, file, content) ?? error) : error;
  }
}

/** The error for a file of another kind; null if it looks like what is expected, or like nothing known. */
export function otherKind(expected: FileKind, file: string, content: Uint8Array | string): InputError | null {
  const found = fileKind(content);
  if (found === null || found === expected || (found === 'binary' && expected === 'model')) return null;
  return new InputError('a file of another kind', { file, expected: KINDS[expected], found: KINDS[found] });
}

const STATEMENT = 'https://in-toto.io/Statement/v1';

function jsonKind(keys: ReadonlyMap<string, string | null>): FileKind | null {
  const format = /^napcert-([a-z]+)\//.exec(keys.get('format') ?? '')?.[1];
  switch (format) {
    case undefined:
      break;
    case 'nap':
      return 'nap';
    case 'gate':
      return 'decision';
    case 'coverage':
      return 'coverage';
    default:
      return 'document';
  }
  if (keys.get('_type') === STATEMENT) {
    return keys.get('predicateType')?.includes('verification_summary') === true ? 'summary' : 'certificate';
  }
  if (keys.has('payload') || keys.has('payloadType')) return 'envelope';
  if (keys.has('napcert-policy')) return 'policy';
  return keys.has('napcert') && !keys.has('format') ? 'specification' : null;
}

/** Keys of the outermost object, as far as the head has them, with those of their values that are texts. */
function firstKeys(head: string): ReadonlyMap<string, string | null> {
  const keys = new Map<string, string | null>();
  let depth = 0;
  let key: string | null = null;
  // The base64 of an envelope may go on beyond the head: its end then stands for the missing quotation mark.
  for (const [token] of head.matchAll(/"(?:[^"\\]|\\.)*(?:"|$)|[{}[\],]/gs)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ',' && depth === 1) key = null;
    else if (token.startsWith('"') && depth === 1) {
      const text = token.slice(1, -1);
      if (key === null) {
        key = text;
        keys.set(key, null);
      } else keys.set(key, text);
    }
  }
  return keys;
}
