/** Rows of equal keys as a text table. */
export function renderTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const keys = Object.keys(rows[0] ?? {});
  const cells = [keys, ...rows.map((row) => keys.map((key) => String(row[key])))];
  const widths = keys.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) => `${line.map((cell, column) => cell.padStart(widths[column]!)).join('  ')}\n`)
    .join('');
}
