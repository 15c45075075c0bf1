/** Lines of YAML or JSON text, for pointing at what is written there. */
import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from 'yaml';

/** Text beyond this is data, which nobody looks up by line. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/**
 * The line (from 1) at which the value of a path begins; null where there is none. For text that was read already: syntax
 * and nesting are not examined here.
 */
export function linesOf(text: string): (path: readonly (string | number)[]) => number | null {
  if (text.length > MAX_CHARACTERS) return () => null;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    schema: 'core',
    logLevel: 'error',
  });
  return (path) => {
    let node: unknown = document.contents;
    for (const part of path) {
      if (isMap(node)) {
        node = node.items.find((item) => isPair(item) && String(item.key) === String(part))?.value;
      } else node = isSeq(node) ? node.items[Number(part)] : undefined;
    }
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? null : lines.linePos(offset).line;
  };
}
