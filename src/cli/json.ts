import { loggableJson } from '../util/plain-text.js';

/** JSON for people and programs: indented, lists of numbers on one line, hidden characters as escapes. */
export function prettyJson(document: unknown): string {
  // A string cannot hold a raw newline in JSON, so this meets lists of plain numbers only.
  const text = JSON.stringify(document, null, 2).replace(
    /\[\n\s+(-?\d[\d.eE+-]*(?:,\n\s+-?\d[\d.eE+-]*)*)\n\s+\]/g,
    (_, list: string) => `[${list.replace(/,\n\s+/g, ', ')}]`,
  );
  return loggableJson(text);
}
