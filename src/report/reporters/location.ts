/** Where a finding is, as CI systems want it. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** URI reference of a file: relative paths stay relative, every segment percent-encoded. */
export function fileUri(path: string): string {
  if (isAbsolute(path)) return pathToFileURL(path).href;
  return slashed(path).split('/').map(encodeSegment).join('/');
}

/** Path with slashes and without a leading `./`. */
export function slashed(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
}

/** A lone surrogate has no UTF-8. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd'));
}
