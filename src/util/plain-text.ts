/**
 * Text from files that ends up on terminals: names may hold escape sequences, line breaks or marks that reorder what
 * is read, and so forge what a report says.
 */

/** C0 and C1 controls, line and paragraph separators, and the controls of bidirectional text. */
const HIDDEN =
  '\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
/** When printing, every format character besides (soft hyphen, joiners, tags). */
const EACH_HIDDEN = new RegExp(`[${HIDDEN}\\p{Cf}]`, 'gu');

/** Matches text without such characters; for schemas, which publish it. */
export const PLAIN_TEXT = new RegExp(`^[^${HIDDEN}]*$`);

/** The text with each such character as an escape, `\u001b`. */
export function printable(text: string): string {
  return text.replace(EACH_HIDDEN, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

/** The same plain data with every string printable; keys stay as they are. */
export function printableData<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => printableData(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, printableData(item)])) as T;
}
