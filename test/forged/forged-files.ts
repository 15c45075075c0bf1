/** Tampering with proof files. */
import { gzipSync } from 'node:zlib';
import type { Certificate } from '../../src/certificate/certificate.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { sha256 } from '../../src/util/digest.js';
import { LEMMA, setDigest, type withProofFile } from './base.js';
import { type Forgery, put, type Reason, refile } from './forgery.js';

type Parts = ReturnType<typeof withProofFile>;

const FILE = 'proofs.jsonl.gz';

/** A file of other lines, with the digest adapted. */
function lines(name: string, reason: Reason, forge: (lines: string[]) => string[]): Forgery {
  return refile(name, reason, ({ certificate, sections }) =>
    packed(
      certificate,
      forge(linesOf(sections))
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

function packed(
  certificate: Certificate,
  text: string,
): { certificate: Certificate; files: Record<string, Uint8Array> } {
  const bytes = gzipSync(text);
  setDigest(certificate, sha256(bytes));
  return { certificate, files: { [FILE]: bytes } };
}

function linesOf(sections: Parts['sections']): string[] {
  return sections.flatMap(([section, steps]) => [
    JSON.stringify({ section, steps: steps.length }),
    ...steps.map((step: ProofStep) => JSON.stringify(step)),
  ]);
}

function without(list: readonly string[], at: number): string[] {
  return [...list.slice(0, at), ...list.slice(at + 1)];
}

export const FORGED_FILES: readonly Forgery[] = [
  refile('file: missing', { rule: 'structure', found: /none/ }, ({ certificate }) => ({
    certificate,
    files: {},
  })),
  refile('file: one byte changed', { rule: 'structure', place: /sha256/ }, ({ certificate, bytes }) => {
    const other = bytes.slice();
    other[other.length >> 1] = other[other.length >> 1]! ^ 1;
    return { certificate, files: { [FILE]: other } };
  }),
  refile('file: replaced by another', { rule: 'structure', place: /sha256/ }, ({ certificate }) => ({
    certificate,
    files: { [FILE]: gzipSync('{"section":"x","steps":1}\n') },
  })),
  refile('file: digest of another', { rule: 'structure', place: /sha256/ }, ({ certificate, bytes }) => {
    setDigest(certificate, sha256('other'));
    return { certificate, files: { [FILE]: bytes } };
  }),
  refile(
    'file: cut off, digest adapted',
    { rule: 'structure', found: /end of file/ },
    ({ certificate, bytes }) => {
      const half = bytes.slice(0, bytes.length >> 1);
      setDigest(certificate, sha256(half));
      return { certificate, files: { [FILE]: half } };
    },
  ),
  refile('file: not gzip', { rule: 'structure', found: /header/ }, ({ certificate }) => {
    const bytes = new TextEncoder().encode('{"section":"x","steps":1}');
    setDigest(certificate, sha256(bytes));
    return { certificate, files: { [FILE]: bytes } };
  }),
  refile('file: unpacks to more than the limit', { rule: 'structure', found: /more/ }, ({ certificate }) =>
    packed(certificate, ' '.repeat(2_000_000)),
  ),
  refile('file: larger than the limit', { rule: 'structure', found: /^\d{6,}$/ }, ({ certificate }) => {
    const bytes = new Uint8Array(100_001);
    setDigest(certificate, sha256(bytes));
    return { certificate, files: { [FILE]: bytes } };
  }),
  lines('file: a line longer than the limit', { rule: 'structure', place: /line 2/ }, (list) => [
    list[0]!,
    JSON.stringify({ ...LEMMA, tensor: 'x'.repeat(100_001) }),
    ...list.slice(2),
  ]),
  refile('file: last newline missing', { rule: 'structure' }, ({ certificate, sections }) =>
    packed(certificate, linesOf(sections).join('\n')),
  ),
  refile('file: not UTF-8', { rule: 'structure', place: /line 1/ }, ({ certificate }) => {
    const bytes = gzipSync(Uint8Array.from([0xff, 0xfe, 10]));
    setDigest(certificate, sha256(bytes));
    return { certificate, files: { [FILE]: bytes } };
  }),
  lines('file: a step missing', { rule: 'structure' }, (list) => without(list, 1)),
  lines('file: the last step missing', { rule: 'structure' }, (list) => without(list, list.length - 1)),
  lines('file: a step too many', { rule: 'structure' }, (list) => [...list, list[list.length - 1]!]),
  lines('file: more steps announced than there are', { rule: 'structure' }, (list) => [
    list[0]!.replace('"steps":1', '"steps":999999999'),
    ...list.slice(1),
  ]),
  lines('file: a section of no steps', { rule: 'structure', place: /line 1/ }, (list) => [
    '{"section":"none","steps":0}',
    ...list,
  ]),
  lines('file: a section twice', { rule: 'structure', place: /line 3/ }, (list) => [
    list[0]!,
    list[1]!,
    ...list,
  ]),
  lines('file: duplicate key in a step', { rule: 'structure', place: /step 0/ }, (list) => [
    list[0]!,
    list[1]!.replace('"index":0', '"index":1,"index":0'),
    ...list.slice(2),
  ]),
  lines('file: unknown key in a step', { rule: 'structure', place: /step 0/ }, (list) => [
    list[0]!,
    list[1]!.replace('"index":0', '"index":0,"bound":0'),
    ...list.slice(2),
  ]),
  lines('file: unknown key in a header', { rule: 'structure', place: /line 1/ }, (list) => [
    list[0]!.replace('"steps"', '"size":1,"steps"'),
    ...list.slice(1),
  ]),
  lines('file: a step nested too deeply', { rule: 'structure', place: /step 0/ }, (list) => [
    list[0]!,
    '['.repeat(1000) + ']'.repeat(1000),
    ...list.slice(2),
  ]),
  lines('file: an empty line', { rule: 'structure' }, (list) => ['', ...list]),
  lines('file: sections of two obligations swapped', { rule: 'bound' }, (list) => {
    const [a, b] = ['"local-robustness/center/e0.125/1"', '"non-misclassification/3/empty"'] as const;
    return list.map((line) => (line.includes(a) ? line.replace(a, b) : line.replace(b, a)));
  }),
  refile('file: unknown section', { rule: 'structure', found: /nowhere/ }, ({ certificate, bytes }) => {
    put(certificate, ['predicate', 'obligations', 0, 'evidence', 'proof', 'section'], 'nowhere');
    return { certificate, files: { [FILE]: bytes } };
  }),
  refile('file: a shared list as proof', { rule: 'closure', found: /1 open/ }, ({ certificate, bytes }) => {
    put(certificate, ['predicate', 'obligations', 0, 'evidence', 'proof', 'section'], 'shared class-0');
    return { certificate, files: { [FILE]: bytes } };
  }),
];
