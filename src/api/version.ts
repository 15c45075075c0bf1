/** What wrote a certificate: versions of napcert and of what it runs on. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ROOT = new URL('../../', import.meta.url);

/** Version of the package, for certificates, JSON documents and `--version`. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Version of an installed dependency, null if its package does not say. */
export function dependencyVersion(name: string): string | null {
  const metadata = createRequire(import.meta.url)(`${name}/package.json`) as { version?: string };
  return metadata.version ?? null;
}

/** Commit that is checked out where napcert runs from its repository; null for an installed package. */
export function checkedOutCommit(): string | null {
  const head = gitFile('HEAD');
  if (head === null) return null;
  const reference = /^ref: (\S+)$/.exec(head)?.[1];
  if (reference === undefined) return commitIn(head);
  const loose = gitFile(reference);
  if (loose !== null) return commitIn(loose);
  const packed = gitFile('packed-refs')?.split('\n') ?? [];
  return commitIn(packed.find((line) => line.endsWith(` ${reference}`))?.slice(0, 40) ?? '');
}

function commitIn(text: string): string | null {
  return /^[0-9a-f]{40}$/.test(text) ? text : null;
}

function gitFile(name: string): string | null {
  try {
    return readFileSync(new URL(`.git/${name}`, ROOT), 'utf8').trim();
  } catch {
    return null;
  }
}
