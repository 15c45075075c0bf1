/** A step summary in Markdown, for `$GITHUB_STEP_SUMMARY`: at most 1 MiB, worst first. */
import { markdown } from '../escape.js';
import type { ReportInput } from '../exhibit.js';
import { seconds, short } from '../format.js';
import {
  countsText,
  type Finding,
  type FindingStatus,
  findings,
  STATUS_WORDS,
  worstFirst,
} from './findings.js';
import { interruptedTexts } from './interrupted.js';

const MAX_BYTES = 1024 * 1024;
/** Room for the last line and for what a step has written already. */
const RESERVE = 64 * 1024;

const SIGNS: Readonly<Record<FindingStatus, string>> = {
  rejected: '⛔',
  violated: '❌',
  'too-low': '❌',
  missing: '⛔',
  unchecked: '⛔',
  unknown: '❔',
  'on-trust': '⚠️',
  vacuous: '⚠️',
  stated: '☑️',
  met: '✅',
  holds: '✅',
};

export function summaryReport(input: ReportInput): string {
  const { document, decision, decidedNow } = input;
  const all = findings(input);
  const parts: string[] = [];
  let bytes = 0;
  const add = (line: string): boolean => {
    const size = Buffer.byteLength(line) + 1;
    if (bytes + size > MAX_BYTES - RESERVE) return false;
    bytes += size;
    parts.push(line);
    return true;
  };
  const outcome =
    decision === null
      ? ''
      : decidedNow
        ? `: the gate ${GATE_WORDS[decision.outcome]}`
        : `: a decision of the gate states: ${decision.outcome}`;
  add(`## napcert${outcome}\n\n**${markdown(countsText(all))}.**`);
  for (const text of interruptedTexts(document)) add(`\n- ${markdown(text)}`);
  for (const reason of decision?.reasons ?? []) add(`\n- ${markdown(reason)}`);
  add('\n| certificate | model | check | arithmetic |\n|---|---|---|---|');
  const certificates = document.certificates.findIndex(({ file, model, check, arithmetic }) => {
    const cells = [
      file,
      `${model.name} ${model.sha256.slice(0, 12)}`,
      `${check.verdict}: ${check.why}`,
      arithmetic,
    ];
    return !add(`| ${cells.map(markdown).join(' | ')} |`);
  });
  if (certificates >= 0)
    parts.push(`\nand ${document.certificates.length - certificates} more certificates.`);
  add(
    '\n| | property | model | verdict | margin | time | why | claim digest |\n|---|---|---|---|--:|--:|---|---|',
  );
  const rows = worstFirst(all);
  const left = rows.findIndex((finding) => !add(row(finding)));
  if (left >= 0) parts.push(`\nand ${rows.length - left} more properties.`);
  return `${parts.join('\n')}\n`;
}

const GATE_WORDS = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'is inconclusive',
  rejected: 'rejected the evidence',
} as const;

function row(finding: Finding): string {
  const { name, model, status, margin, why, fingerprint } = finding;
  const cells = [
    name,
    model,
    STATUS_WORDS[status],
    margin === null ? '' : short(margin),
    seconds(finding.seconds),
    why,
    fingerprint.slice(0, 12),
  ];
  return `| ${SIGNS[status]} | ${cells.map(markdown).join(' | ')} |`;
}
