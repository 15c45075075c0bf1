/** One colour per verdict word, the same in every table. */
import chalk from 'chalk';

const STYLES: Readonly<Record<string, (text: string) => string>> = {
  holds: chalk.green,
  violated: chalk.red,
  unknown: chalk.yellow,
  vacuous: chalk.yellow,
  unsat: chalk.green,
  sat: chalk.red,
  valid: chalk.green,
  incomplete: chalk.yellow,
  invalid: chalk.red,
  rejected: chalk.red,
  'not checked': chalk.red,
  unchecked: chalk.red,
  'on trust': chalk.yellow,
};

export function verdictText(verdict: string): string {
  return (STYLES[verdict] ?? ((text: string) => text))(verdict);
}
