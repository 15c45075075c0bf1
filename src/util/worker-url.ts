/**
 * URL of a worker script given by its path below `src` with the ending `.js`.
 * Worker threads run the built JavaScript even when the caller is TypeScript under test.
 */
export function workerUrl(path: string): URL {
  const here = import.meta.url;
  const root = here.endsWith('.ts') ? '../../dist/' : '../';
  return new URL(root + path, here);
}
