/** How help is laid out: wrapped to the terminal, commands by the job they do, required options first. */
import type { Command, HelpConfiguration } from 'commander';

/** Columns where the output is no terminal, and where a terminal does not know its own width (it reports 0). */
export const USUAL_COLUMNS = 80;

/** Lines that are longer are hard to read, however wide the terminal. */
const WIDEST = 100;

/** Heading of options that must be given. */
export const REQUIRED_GROUP = 'Required options:';

/** Narrower than this, a description beside its term would have a word a line. */
const NARROWEST_DESCRIPTION = 24;

/** Columns of a terminal; undefined where the stream is none. */
export function terminalColumns(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number | undefined {
  if (!stream.isTTY) return undefined;
  return stream.columns > 0 ? stream.columns : USUAL_COLUMNS;
}

/** Columns that help, and any running text, may use. */
export function textColumns(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
  return Math.min(WIDEST, terminalColumns(stream) ?? USUAL_COLUMNS);
}

const LAYOUT: HelpConfiguration = {
  minWidthToWrap: NARROWEST_DESCRIPTION,
  subcommandTerm: (command) => command.name(),
  subcommandDescription: (command) => firstSentence(command.description()),
  groupItems: (all, visible, groupOf) => {
    const groups = new Map<string, typeof visible>();
    const names = [...all, ...visible].map(groupOf);
    for (const name of names.includes(REQUIRED_GROUP) ? [REQUIRED_GROUP, ...names] : names) {
      groups.set(name, []);
    }
    for (const item of visible) groups.get(groupOf(item))!.push(item);
    return groups;
  },
};

/** Before subcommands are added: they inherit it. */
export function withHelpLayout(program: Command): Command {
  return program.configureHelp(LAYOUT).configureOutput({
    getOutHelpWidth: () => textColumns(process.stdout),
    getErrHelpWidth: () => textColumns(process.stderr),
  });
}

/** The list of commands has no room for exit codes and the like: `napcert COMMAND --help` has all of it. */
export function firstSentence(text: string): string {
  return /^.*?[.?](?= [A-Z]|$)/s.exec(text)?.[0] ?? text;
}

/**
 * A command line in lines of at most `width` columns, where words allow it, to be pasted into a POSIX shell as it is:
 * every line but the last ends with a backslash. Quoted words stay whole.
 */
export function wrappedCommandLine(line: string, width: number, indent: string): string {
  const words = line.match(/(?:'[^']*'|[^\s'])+/g) ?? [];
  const lines: string[] = [];
  let current = '';
  for (const [i, word] of words.entries()) {
    const last = i === words.length - 1;
    const longer = current === '' ? word : `${current} ${word}`;
    const needed = longer.length + (last ? 0 : 2);
    if (current === '' || needed <= width) current = longer;
    else {
      lines.push(`${current} \\`);
      current = `${indent}${word}`;
    }
  }
  return [...lines, current].join('\n');
}
