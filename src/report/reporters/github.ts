/**
 * GitHub workflow commands: annotations beside the run. About ten of a kind are shown per step, so the worst nine are
 * listed and one more says how many are left.
 */
import { commandMessage, commandProperty } from '../escape.js';
import type { ReportInput } from '../exhibit.js';
import { countsText, type Finding, findings, openFindings, STATUS_WORDS } from './findings.js';
import { slashed } from './location.js';

const SHOWN = 9;

/** Lines for stdout of a workflow step. */
export function githubReport(input: ReportInput): string {
  const open = openFindings(input);
  const lines = open.slice(0, SHOWN).map(annotation);
  if (open.length > SHOWN) {
    lines.push(`::${open[SHOWN]!.gravity} title=napcert::and ${open.length - SHOWN} more`);
  }
  if (open.length === 0) {
    lines.push(`::notice title=napcert::${commandMessage(`${countsText(findings(input))}, re-checked`)}`);
  }
  return `${lines.join('\n')}\n`;
}

function annotation({ file, line, status, gravity, name, why, claim, model }: Finding): string {
  const title = commandProperty(`${STATUS_WORDS[status]}: ${name}`);
  const message = [why, claim, `Model: ${model}`].map(commandMessage).join('%0A');
  return `::${gravity} file=${commandProperty(slashed(file))},line=${line},title=${title}::${message}`;
}
