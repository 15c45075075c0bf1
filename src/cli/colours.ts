/**
 * NO_COLOR (https://no-color.org): set and not empty, it turns colours off; chalk does not read it. FORCE_COLOR is
 * asked for on purpose and wins. Runs when it is loaded, before anything makes coloured text.
 */
import chalk, { chalkStderr } from 'chalk';

/** Whether the environment asks for text without colours. */
export function wantsNoColour(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['NO_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] === undefined;
}

export function applyNoColour(env: Readonly<Record<string, string | undefined>>): void {
  if (!wantsNoColour(env)) return;
  chalk.level = 0;
  chalkStderr.level = 0;
}

applyNoColour(process.env);
