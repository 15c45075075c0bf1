/** JSON for people and programs: indented, but lists of numbers on one line. */
export function prettyJson(document: unknown): string {
  // A string cannot hold a raw newline in JSON, so this meets lists of plain numbers only.
  return JSON.stringify(document, null, 2).replace(
    /\[\n\s+(-?\d[\d.eE+-]*(?:,\n\s+-?\d[\d.eE+-]*)*)\n\s+\]/g,
    (_, list: string) => `[${list.replace(/,\n\s+/g, ', ')}]`,
  );
}
