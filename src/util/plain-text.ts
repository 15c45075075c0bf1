/**
 * Text from files that ends up on terminals and in logs: names may hold escape sequences, line breaks or marks that
 * reorder what is read, and so forge what a report says; in the log of a CI system they may be commands.
 */

/** C0 and C1 controls, line and paragraph separators, and the controls of bidirectional text. */
const HIDDEN =
  '\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
/** When printing, every format character besides (soft hyphen, joiners, tags). */
const EACH_HIDDEN = new RegExp(`[${HIDDEN}\\p{Cf}]`, 'gu');
/** The same but for the line breaks between values: JSON itself refuses C0 controls in strings. */
const HIDDEN_IN_JSON = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

/** Matches text without such characters; for schemas, which publish it. */
export const PLAIN_TEXT = new RegExp(`^[^${HIDDEN}]*$`);

/** The text with each such character as an escape, `\u001b`. */
export function printable(text: string): string {
  return text.replace(EACH_HIDDEN, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

/**
 * `##[warning]`, `##vso[...]`, `##teamcity[...]`: commands wherever they are in a line of a log. Sources: the parsers of
 * actions/runner (ActionCommand.cs), microsoft/azure-pipelines-agent (Command.cs), TeamCity's service messages.
 */
const BRACKET_COMMAND = /##(?=[A-Za-z]*\[)/g;
/** `::error::`: a command of GitHub where a line starts with it, blanks aside, and text may be broken at any blank. */
const COLON_COMMAND = /(^|\s)::/g;

/** Printable, and no command to a CI system that reads the log: `\u0023#[error]`, `\u003a:error::`. */
export function loggable(text: string): string {
  return printable(text).replace(BRACKET_COMMAND, '\\u0023#').replace(COLON_COMMAND, '$1\\u003a:');
}

/** The same plain data with every string loggable; keys stay as they are. */
export function loggableData<T>(value: T): T {
  if (typeof value === 'string') return loggable(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => loggableData(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, loggableData(item)])) as T;
}

/**
 * JSON text that means the same and may be printed and logged: hidden characters and the start of commands are escapes of
 * JSON. (No line of JSON starts with a colon.)
 */
export function loggableJson(json: string): string {
  return json
    .replace(HIDDEN_IN_JSON, (char) =>
      Array.from({ length: char.length }, (_, i) => escapedUnit(char.charCodeAt(i))).join(''),
    )
    .replace(BRACKET_COMMAND, `#${escapedUnit(0x23)}`);
}

function escapedUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
