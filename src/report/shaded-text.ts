/** Pictures in a terminal: brightness as characters. */

const SHADES = ' .:-=+*#%@';

/**
 * Rows of brightness in [0, 1] (values outside are clamped) as text. Characters are about twice as high as wide, so
 * two rows become one line, each character the mean of two pixels. Blank lines above and below are left out.
 */
export function shadedText(rows: readonly (readonly number[])[], indent = ''): string {
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const upper = rows[y]!;
    const lower = rows[y + 1] ?? upper;
    lines.push(`${indent}${upper.map((value, x) => shade((value + lower[x]!) / 2)).join('')}`.trimEnd());
  }
  const drawn = lines.map((line) => line !== '');
  return lines.slice(drawn.indexOf(true), drawn.lastIndexOf(true) + 1).join('\n');
}

function shade(brightness: number): string {
  const level = Math.round(brightness * (SHADES.length - 1));
  return SHADES[Math.min(SHADES.length - 1, Math.max(0, level))]!;
}
