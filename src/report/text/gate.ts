import chalk from 'chalk';
import type { GateDocument } from '../documents/gate.js';
import { counted, integer, percent, seconds, short } from '../format.js';
import { propertyName } from '../property-name.js';
import { heading, sections, table } from '../table.js';

type Model = GateDocument['models'][number];
type Requirement = Model['requirements'][number];

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  passed: chalk.green,
  met: chalk.green,
  failed: chalk.red,
  violated: chalk.red,
  'too-low': chalk.red,
  'not-held-out': chalk.red,
  rejected: chalk.red,
};

/** The first line is the outcome, one word, and the policy. */
export function gateText(document: GateDocument): string {
  const { models, policy, outcome, interrupted, reasons } = document;
  const rows = models.flatMap((model) => [
    ...model.requirements.map((requirement) => requirementRow(model, requirement)),
    ...model.recall.map((recall) => recallRow(model, recall)),
  ]);
  return sections([
    `${coloured(outcome)}  ${heading(policy.name)} (${policy.file})`,
    table(
      [
        { title: '' },
        { title: 'model', key: true },
        { title: 'requirement', key: true },
        { title: 'evidence' },
        { title: 'time', align: 'right' },
        { title: 'why' },
      ],
      rows,
    ),
    reasons.length === 0 ? null : [`Why it is ${outcome}:`, ...listed(reasons)].join('\n'),
    models
      .map(changes)
      .filter((text) => text !== null)
      .join('\n'),
    pictures(models),
    baselineText(document),
    interrupted ? 'Interrupted; run the same command again to go on.' : null,
    `Arithmetic: ${[...new Set(models.map(({ arithmetic }) => arithmetic))].join(', ')}. ` +
      'Every certificate was checked in this run by exact arithmetic, without any solver.',
  ]);
}

function requirementRow(model: Model, requirement: Requirement): string[] {
  const { status, reused, holes, margin, detail, advisory } = requirement;
  const hasEvidence = status !== 'missing' && status !== 'rejected';
  const trusted = holes.length === 0 ? '' : `, trusts ${holes.join(', ')}`;
  return [
    coloured(status),
    model.name,
    `${propertyName(requirement)}${advisory ? ' (advisory)' : ''}`,
    hasEvidence ? `${reused ? 'reused' : 'decided now'}${trusted}` : '-',
    hasEvidence ? (reused ? 'earlier' : seconds(requirement.seconds)) : '',
    detail !== '' ? detail : margin === null ? '' : `margin ${short(margin)}`,
  ];
}

function recallRow(model: Model, recall: Model['recall'][number]): string[] {
  const { measured, minimum, dataset, advisory, status, detail } = recall;
  const data = dataset === null ? '-' : `${dataset.name} (${dataset.selection})`;
  return [
    coloured(status),
    model.name,
    `recall${recall.class === null ? '' : ` of class ${recall.class}`} >= ${percent(minimum)}${advisory ? ' (advisory)' : ''}`,
    data,
    '',
    measured === null || measured.value === null
      ? detail
      : `${percent(measured.value)}: ${integer(measured.count)} of ${integer(measured.of)}`,
  ];
}

function coloured(word: string): string {
  return (COLOURS[word] ?? chalk.yellow)(word);
}

const SHOWN = 10;

function listed(lines: readonly string[]): string[] {
  const rest = lines.length > SHOWN ? [`  ... and ${lines.length - SHOWN} more`] : [];
  return [...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...rest];
}

/** What was reused, and what had to be decided anew. */
function changes({ name, requirements, redo, certificate }: Model): string | null {
  const reused = requirements.filter((requirement) => requirement.reused).length;
  const from = certificate === null ? '' : ` from ${certificate.file}`;
  const head = `${name}: ${counted(reused, 'property', 'properties')} reused${reused === 0 ? '' : from}`;
  const rejected = certificate === null ? null : rejectionText(certificate, requirements);
  if (rejected !== null && redo.length === 0) return `${name}: ${rejected}`;
  if (redo.length === 0) return `${head}, nothing to decide.`;
  return [`${head}; decided now, or still to be:`, ...listed(redo)].join('\n');
}

/** Wrong evidence is not replaced silently, so somebody has to say that it may be. */
function rejectionText(
  { file, check, signature }: NonNullable<Model['certificate']>,
  requirements: Model['requirements'],
): string | null {
  const isWhole = check === 'invalid' || signature === 'rejected';
  if (!isWhole && !requirements.some(({ status }) => status === 'rejected')) return null;
  const what = signature === 'rejected' ? `the signature of ${file}` : file;
  return `${what} is rejected, and was not replaced. \`--fresh\`, or removing that file, proves everything anew.`;
}

function pictures(models: readonly Model[]): string | null {
  const files = models.flatMap(({ requirements }) =>
    requirements.flatMap(({ counterexample }) => counterexample?.picture ?? []),
  );
  return files.length === 0 ? null : ['Pictures of counterexamples:', ...listed(files)].join('\n');
}

function baselineText({ baseline, outcome }: GateDocument): string | null {
  if (baseline === null) return null;
  const lines = baseline.models.flatMap(({ name, change, requirements, recall }) => [
    ...(change === 'same' ? [] : [`${name}: the model is ${change}`]),
    ...requirements.map(
      ({ id, change: word, status, margin, advisory }) =>
        `${name}: ${id}: ${word}, ${status.before ?? '-'}${marginText(margin.before)}${weightText(advisory.before, advisory)} -> ` +
        `${status.now ?? '-'}${marginText(margin.now)}${weightText(advisory.now, advisory)}`,
    ),
    ...recall.flatMap((row) => recallDifference(row).map((text) => `${name}: ${text}`)),
  ]);
  if (baseline.outcome !== outcome) lines.unshift(`outcome: ${baseline.outcome} -> ${outcome}`);
  const head = `Compared with ${baseline.file} (${baseline.outcome})`;
  return lines.length === 0
    ? `${head}: no difference.`
    : [`${head}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

type ComparedRecall = NonNullable<GateDocument['baseline']>['models'][number]['recall'][number];

/** Nothing if all is as it was. */
function recallDifference(row: ComparedRecall): string[] {
  const { class: label, change, status, advisory, minimum, before, now, sameData } = row;
  const isSame =
    before === now &&
    sameData !== false &&
    [status, advisory, minimum].every(({ before: was, now: is }) => was === is);
  if (isSame) return [];
  const side = (key: 'before' | 'now', share: number | null): string => {
    const least = minimum[key];
    if (least === null) return '-';
    const measured = share === null ? 'not measured' : percent(share);
    return `${status[key]} (${measured}, at least ${percent(least)}${weightText(advisory[key], advisory)})`;
  };
  const samples = sameData === false ? ' (other samples)' : '';
  const which = `recall${label === null ? '' : ` of class ${label}`}`;
  return [`${which}: ${change}, ${side('before', before)} -> ${side('now', now)}${samples}`];
}

/** Said only where it differs. */
function weightText(own: boolean | null, { before, now }: ComparedRecall['advisory']): string {
  if (before === null || now === null || before === now) return '';
  return own === true ? ', advisory' : ', required';
}

function marginText(margin: number | null): string {
  return margin === null ? '' : ` (margin ${short(margin)})`;
}
