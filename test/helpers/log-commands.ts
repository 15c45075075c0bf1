/**
 * The lines of a log that CI systems take for commands, as their parsers do. GitHub (actions/runner, ActionCommand.cs): a
 * line that starts with `::` behind blanks and has a second `::`, or one with `##[` and `]` anywhere. Azure Pipelines
 * (azure-pipelines-agent, Command.cs): `##vso[` anywhere. TeamCity: `##teamcity[`.
 */
export function commandsIn(log: string): string[] {
  return log
    .split(/\r\n|\n|\r/)
    .filter((line) => /^\s*::.*::/.test(line) || /##\[.*\]/.test(line) || /##(?:vso|teamcity)\[/.test(line));
}
