/** Shell completion scripts, generated from the commands. Words that the program does not know complete to files. */
import { assertNever } from '../../util/errors.js';
import { type CommandNode, nextWords, type PlacedCommand, placedCommands } from './command-tree.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, root: CommandNode): string {
  switch (shell) {
    case 'bash':
      return bashScript(root);
    case 'zsh':
      return zshScript(root);
    case 'fish':
      return fishScript(root);
    default:
      return assertNever(shell, 'shell');
  }
}

/** The words before the cursor that are commands, joined by blanks, are the place; then one case per place. */
function bashScript(root: CommandNode): string {
  const name = root.name;
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local place="" word i
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  # bash makes three words of --option=value.
  if [[ "$cur" == "=" ]]; then cur=""; elif [[ "$prev" == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$place $word" in
      ${patterns(root)}) place="$place $word" ;;
    esac
  done
  COMPREPLY=()
  case "$place $prev" in
${valueCases(root, (values) => `COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$cur")); return`, 'return')}
  esac
  case "$place" in
${placeCases(root, (words) => `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$cur"))`)}
  esac
}
complete -o default -F _${name} ${name}
`;
}

function zshScript(root: CommandNode): string {
  const name = root.name;
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local place="" word prev="\${words[CURRENT-1]}"
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      ${patterns(root)}) place="$place $word" ;;
    esac
  done
  case "$place $prev" in
${valueCases(root, (values) => `compadd -- ${values.join(' ')}; return`, '_files; return')}
  esac
  case "$place" in
${placeCases(root, (words) => `compadd -- ${words.join(' ')}`)}
  esac
  [[ "\${words[CURRENT]}" == -* ]] || _files
}
if [[ "\${funcstack[1]}" == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fishScript(root: CommandNode): string {
  const name = root.name;
  const lines = placedCommands(root).flatMap(({ path, command }) => {
    const here = `complete -c ${name} -n ${quoted(fishCondition(root, path))}`;
    return [
      ...command.commands.map(
        (item) => `${here} -f -a ${item.name} -d ${quoted(firstSentence(item.description))}`,
      ),
      ...(command.choices.length > 0 ? [`${here} -f -a ${quoted(command.choices.join(' '))}`] : []),
      ...command.options.map(({ flags, description, takesValue, choices }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
        return `${here} ${names.join(' ')}${value} -d ${quoted(firstSentence(description))}`;
      }),
    ];
  });
  return [`# Completion of ${name} for fish: ${name} completion fish | source`, ...lines, ''].join('\n');
}

/** All names of the path were seen, and at its end none of the commands below it. */
function fishCondition(root: CommandNode, path: readonly string[]): string {
  let node = root;
  const seen = path.map((name) => {
    node = node.commands.find((command) => command.name === name)!;
    return `__fish_seen_subcommand_from ${name}`;
  });
  // A name may be a command at two places: \`verify\` and \`vnnlib verify\`.
  const holders = root.commands.filter(
    ({ name, commands }) =>
      path.length === 1 && name !== path[0] && commands.some((item) => item.name === path[0]),
  );
  const below = [...node.commands, ...holders].map(({ name }) => name);
  const none = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`];
  return [...seen, ...none].join('; and ');
}

function patterns(root: CommandNode): string {
  return placedCommands(root)
    .filter(({ path }) => path.length > 0)
    .map((placed) => `"${place(placed)}"`)
    .join(' | ');
}

/** Cases for options whose value comes next: their choices, or files. */
function valueCases(root: CommandNode, choose: (values: readonly string[]) => string, files: string): string {
  const lines = placedCommands(root).flatMap((placed) =>
    placed.command.options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const words = flags.map((flag) => `"${place(placed)} ${flag}"`).join(' | ');
        return `    ${words}) ${choices.length > 0 ? choose(choices) : files} ;;`;
      }),
  );
  return lines.join('\n');
}

function placeCases(root: CommandNode, complete: (words: readonly string[]) => string): string {
  return placedCommands(root)
    .map((placed) => `    "${place(placed)}") ${complete(nextWords(placed.command))} ;;`)
    .join('\n');
}

/** As the loop in the script builds it: a blank before every name. */
function place({ path }: PlacedCommand): string {
  return path.map((name) => ` ${name}`).join('');
}

function firstSentence(text: string): string {
  return text.split(/[.;] /)[0]!.replace(/\.$/, '');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
