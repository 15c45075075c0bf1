import type { CoverageDocument } from '../documents/coverage.js';
import { integer, percent } from '../format.js';
import { facts, heading, sections, table } from '../table.js';
import { entropyText, lossTable } from './literal-statistics.js';
import { INTERVALS } from './samples-meant.js';

/** Sample indices shown per class; `--json` has up to a hundred. */
const SHOWN = 5;

export function coverageText(document: CoverageDocument): string {
  const { dataset, naps, disjointPairs } = document;
  const mined = document.classes.some(({ miningRecall }) => miningRecall !== null);
  const rows = document.classes.map((row) => [
    String(row.class),
    integer(row.active),
    integer(row.inactive),
    integer(row.recall.of),
    integer(row.recall.count),
    percent(row.recall.value),
    interval(row.recall),
    ...(mined ? [percent(row.miningRecall?.value ?? null)] : []),
    integer(row.otherFollowers),
    integer(row.counterexamples),
    samplesText(row.counterexampleSamples, row.counterexamples),
  ]);
  const total = [
    'all',
    '',
    '',
    integer(document.recall.of),
    integer(document.recall.count),
    percent(document.recall.value),
    interval(document.recall),
    ...(mined ? [''] : []),
    integer(document.otherFollowers),
    integer(document.counterexamples),
    '',
  ];
  const right = { align: 'right' } as const;
  return sections([
    `${heading('Coverage')} of ${naps.file} (delta ${naps.delta}) on ${integer(dataset.samples)} samples of ` +
      `${dataset.name} (${dataset.selection})`,
    table(
      [
        { title: 'class', ...right },
        { title: 'active', ...right },
        { title: 'inactive', ...right },
        { title: 'samples', ...right },
        { title: 'follow', ...right },
        { title: 'recall', ...right },
        { title: 'interval', ...right },
        ...(mined ? [{ title: 'when mined', ...right }] : []),
        { title: 'others', ...right },
        { title: 'wrong', ...right },
        { title: 'wrong samples' },
      ],
      [...rows, total],
    ),
    [
      '  recall counts all samples labelled with the class, also those that the model classifies otherwise.',
      ...(mined
        ? ['  when mined: of the samples that the NAP was mined from, as `napcert mine` chose them.']
        : []),
      INTERVALS,
      `  others: followers with another label; wrong: followers classified otherwise (each one a counterexample).`,
      `  ${integer(document.uncovered)} samples follow no NAP.`,
      `  ${disjointPairs.count} of ${disjointPairs.of} pairs of NAPs contradict each other in some neuron.`,
    ].join('\n'),
    confusionText(document.confusion),
    [heading('What costs recall'), lossTable(document.classes)].join('\n'),
    entropyText(document.entropy),
    confidenceNote(document),
    picturesText(document.pictures),
  ]);
}

function picturesText({ heatMap, montage }: CoverageDocument['pictures']): string | null {
  if (heatMap === null && montage === null) return null;
  return facts([
    ['literals by layer', heatMap],
    ['followers', montage],
  ]);
}

function interval({ low, high }: CoverageDocument['recall']): string {
  return `${percent(low)} - ${percent(high)}`;
}

/** Thousands of neurons were tested for being literals: some are by chance. */
function confidenceNote({ confidence, naps }: CoverageDocument): string {
  const { literals, tests, confirmed, belowOnHeldOut } = confidence;
  return (
    `  ${integer(literals)} literals were chosen among ${integer(tests)} pairs of class and neuron. On these samples alone, ` +
    `${integer(belowOnHeldOut ?? 0)} are less frequent than delta ${naps.delta}, and ${integer(confirmed)} are shown to be so ` +
    `frequent with 95 % confidence for all pairs together (Bonferroni).`
  );
}

/** Rows of followers shown; `--json` has all. */
const SHOWN_PAIRS = 10;

function confusionText(confusion: CoverageDocument['confusion']): string | null {
  if (confusion.length === 0) return null;
  const right = { align: 'right' } as const;
  return [
    '  Followers that are labelled or classified otherwise, the most frequent first:',
    table(
      [
        { title: 'NAP of', ...right },
        { title: 'label', ...right },
        { title: 'predicted', ...right },
        { title: 'samples', ...right },
      ],
      confusion
        .slice(0, SHOWN_PAIRS)
        .map((row) => [`${row.class}`, `${row.label}`, `${row.prediction}`, integer(row.count)]),
    ),
  ].join('\n');
}

function samplesText(indices: readonly number[], count: number): string {
  if (count === 0) return '';
  return `${indices.slice(0, SHOWN).join(', ')}${count > SHOWN ? ', ...' : ''}`;
}
