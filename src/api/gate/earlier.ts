/** What earlier runs of the gate left: certificates to go on from, and decisions to compare with. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate } from '../../certificate/read-certificate.js';
import { refuseContradiction } from '../../gate/contradiction.js';
import { type Decision, decisionSchema } from '../../gate/decision.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { readAs } from '../../util/file-kind.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS, parseStrictJson } from '../../util/strict-json.js';

export const DECISION_FILE = 'decision.json';

/** Certificates of the same model that are looked at, the newest first. */
const MAX_TRIED = 3;

/** Certificates are named by the policy's name of the model and by what they are about. */
export function certificateName(model: string, key: string): string {
  return `${model}-${key.slice(0, 12)}.cert.json`;
}

/**
 * Another certificate of this model file in the folder, from which decided obligations may be taken over (the checker is
 * asked about each). Null if there is none; files that are no certificates are passed over.
 */
export function siblingCertificate(
  folder: string,
  model: string,
  modelSha256: string,
  own: string,
): string | null {
  const candidates = readdirSync(folder)
    .filter(
      (name) => name.startsWith(`${model}-`) && /^-[0-9a-f]{12}\.cert\.json$/.test(name.slice(model.length)),
    )
    .map((name) => join(folder, name))
    .filter((path) => path !== own)
    .map((path) => ({ path, written: writtenAt(path) }))
    .filter(({ written }) => written !== null)
    .sort((a, b) => b.written! - a.written!);
  for (const { path } of candidates.slice(0, MAX_TRIED)) {
    try {
      const certificate = parseCertificate(readBytes(path, 'an earlier certificate').toString('utf8'), path);
      if (certificate.predicate.model.sha256 === modelSha256) return path;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return null;
}

/** Milliseconds since 1970; null for a link that leads nowhere or in circles. */
function writtenAt(path: string): number | null {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}

/** The decision that the folder holds; null if there is none that can be read. Used for words only. */
export function previousDecision(folder: string): Decision | null {
  const path = join(folder, DECISION_FILE);
  if (!existsSync(path)) return null;
  try {
    return readDecision(path).decision;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/**
 * The decision of an earlier release: its file, or the folder that holds it.
 * @throws InputError for a file that is no decision of the gate
 */
export function readBaseline(path: string): {
  readonly decision: Decision;
  readonly file: { readonly file: string; readonly sha256: string };
} {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return readDecision(isFolder ? join(path, DECISION_FILE) : path);
}

function readDecision(path: string): ReturnType<typeof readBaseline> {
  const bytes = readBytes(path, 'the baseline');
  return readAs('decision', path, bytes, () => decisionIn(bytes, path));
}

function decisionIn(bytes: Buffer, path: string): ReturnType<typeof readBaseline> {
  const result = decisionSchema.safeParse(parseStrictJson(bytes.toString('utf8'), path));
  if (result.success) {
    refuseContradiction(result.data, path);
    return { decision: result.data, file: { file: path, sha256: sha256(bytes) } };
  }
  const issue = result.error.issues[0]!;
  throw new InputError('not a decision of the gate', {
    file: path,
    place: issue.path.map(String).join('.') || 'top level',
    expected: `${DECISION_FILE} of an earlier \`napcert gate\`, or the folder with it`,
    found: issue.message,
  });
}

/** Obligations that a certificate decides without trusting anybody: those that may be taken over. By digest. */
export function decidedObligations(path: string): ReadonlySet<string> {
  const { obligations } = parseCertificate(
    readBytes(path, 'the certificate').toString('utf8'),
    path,
  ).predicate;
  const decided = obligations.filter(
    ({ evidence }) =>
      evidence.kind === 'counterexample' || (evidence.kind === 'proof' && evidence.holes === 0),
  );
  return new Set(decided.map(({ digest }) => digest));
}

/** @throws InputError for a file that cannot be read */
export function readBytes(path: string, what: string): Buffer {
  const { maxBytes } = DEFAULT_JSON_LIMITS;
  return readRegularFile(path, { what, expected: 'a file that `napcert gate` wrote', maxBytes });
}
