/** Doubles as decimal text that reads back as the same number, in any language. */

/** The shortest decimal that names the double, as JSON has it; a zero keeps its sign. */
export function decimalText(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}
