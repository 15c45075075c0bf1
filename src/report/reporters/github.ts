/**
 * GitHub workflow commands: annotations beside the run. About ten of a kind are shown per step, so the worst nine are
 * listed and one more says how many are left. Certificates of interrupted runs have one together.
 */
import { commandMessage, commandProperty } from '../escape.js';
import type { ReportInput } from '../exhibit.js';
import { countsText, type Finding, findings, openFindings, STATUS_WORDS } from './findings.js';
import { interruptedTexts } from './interrupted.js';
import { slashed } from './location.js';

const SHOWN = 9;

/** Lines for stdout of a workflow step. */
export function githubReport(input: ReportInput): string {
  const open = openFindings(input);
  const stopped = interruptedTexts(input.document);
  const shown = stopped.length === 0 ? SHOWN : SHOWN - 1;
  const lines = open.slice(0, shown).map(annotation);
  if (open.length > shown) {
    lines.push(`::${open[shown]!.gravity} title=napcert::and ${open.length - shown} more`);
  }
  if (stopped.length > 0) {
    lines.unshift(`::warning title=napcert::${stopped.map(commandMessage).join('%0A')}`);
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
