import type { MineDocument } from '../documents/mine.js';
import { integer, percent } from '../format.js';
import { heading, sections, table } from '../table.js';
import { entropyText } from './literal-statistics.js';
import { INTERVALS, samplesMeantText } from './samples-meant.js';

export function mineText(document: MineDocument): string {
  const { dataset, heldOut, samples, grouping } = document;
  const chosen = samples === 'correct' ? 'correctly classified samples' : 'samples';
  return sections([
    `${heading('Mined')} from ${integer(dataset.samples)} samples of ${dataset.name} (${dataset.selection}), ` +
      `${chosen} grouped by ${grouping}` +
      (heldOut === null
        ? '.'
        : `; held out: ${integer(heldOut.samples)} of ${heldOut.name} (${heldOut.selection}).`),
    `delta is the ${document.deltaMeaning}.`,
    ...document.results.map((result) => resultText(result, heldOut !== null)),
    [samplesMeantText(document), INTERVALS].join('\n'),
    entropyText(document.entropy),
  ]);
}

function resultText(result: MineDocument['results'][number], heldOut: boolean): string {
  const rows = result.classes.map((row) => [
    String(row.class),
    integer(row.support),
    integer(row.active),
    integer(row.inactive),
    percent(row.recall.value),
    interval(row.recall),
    ...(heldOut ? [percent(row.heldOutRecall?.value ?? null), interval(row.heldOutRecall)] : []),
    integer(row.otherFollowers),
    integer(row.counterexamples),
  ]);
  const columns = [
    'class',
    'support',
    'active',
    'inactive',
    'recall',
    'interval',
    ...(heldOut ? ['held out', 'interval'] : []),
    'others',
    'wrong',
  ];
  return [
    `${heading(`delta ${result.delta}`)}  ->  ${result.file}`,
    table(
      columns.map((title) => ({ title, align: 'right' as const })),
      rows,
    ),
    `  others: followers from other classes; wrong: followers classified otherwise (each one a counterexample).`,
    `  ${result.disjointPairs.count} of ${result.disjointPairs.of} pairs of NAPs contradict each other in some neuron.`,
    ...(result.classesWithoutSamples.length === 0
      ? []
      : [`  No samples, so no NAP: class ${result.classesWithoutSamples.join(', ')}.`]),
  ].join('\n');
}

function interval(share: { readonly low: number; readonly high: number } | null): string {
  return share === null ? '-' : `${percent(share.low)} - ${percent(share.high)}`;
}
