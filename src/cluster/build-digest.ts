/** Which program this is, to the byte: work is shared only among equals. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../util/digest.js';
import { workerUrl } from '../util/worker-url.js';

let known: string | null = null;

/** SHA-256 over the names and digests of all built files. */
export function buildDigest(): string {
  if (known !== null) return known;
  const root = fileURLToPath(workerUrl(''));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  const lines = files.map((path) => `${path} ${sha256(readFileSync(new URL(path, workerUrl(''))))}\n`);
  known = sha256(lines.join(''));
  return known;
}
