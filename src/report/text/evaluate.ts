import type { EvaluateDocument } from '../documents/evaluate.js';
import { integer, percent } from '../format.js';
import { heading, sections, table } from '../table.js';

/** Wider confusion matrices do not fit a terminal; `--json` has them in full. */
const WIDEST_MATRIX = 20;

export function evaluateText(document: EvaluateDocument): string {
  const { dataset, correct, accuracy, accuracyInterval } = document;
  const [low, high] = accuracyInterval;
  return sections([
    `${heading('Accuracy')} ${percent(accuracy)}  (${integer(correct)} of ${integer(dataset.samples)} samples of ` +
      `${dataset.name}; 95 % interval ${percent(low)} to ${percent(high)})`,
    perClass(document),
    confusion(document),
  ]);
}

function perClass(document: EvaluateDocument): string {
  const rows = document.classes.map((entry) => [
    entry.name === null ? String(entry.class) : `${entry.class} ${entry.name}`,
    integer(entry.samples),
    integer(entry.correct),
    integer(entry.predicted),
    percent(entry.recall),
    percent(entry.precision),
  ]);
  return table(
    [
      { title: 'class' },
      { title: 'samples', align: 'right' },
      { title: 'correct', align: 'right' },
      { title: 'predicted', align: 'right' },
      { title: 'recall', align: 'right' },
      { title: 'precision', align: 'right' },
    ],
    rows,
  );
}

function confusion({ confusion: matrix }: EvaluateDocument): string {
  if (matrix.length > WIDEST_MATRIX) {
    return `Confusion matrix: ${matrix.length} classes are too many to show; --json has it.`;
  }
  const columns = [
    { title: 'label' },
    ...matrix.map((_, label) => ({ title: `-> ${label}`, align: 'right' as const })),
  ];
  const rows = matrix.map((row, label) => [
    String(label),
    ...row.map((count) => (count === 0 ? '.' : String(count))),
  ]);
  return `${heading('Confusion')} (row: label, column: predicted class)\n${table(columns, rows)}`;
}
