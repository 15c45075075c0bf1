import type { ScalarsDocument } from '../documents/scalars.js';
import { counted, integer, percent } from '../format.js';
import { heading, sections, table } from '../table.js';

export function scalarsText({ accuracy, dataset, sample, pictures }: ScalarsDocument): string {
  return sections([
    `${heading('Accuracy against brightness')}  ${integer(dataset.samples)} samples of ${dataset.name}, in onnxruntime`,
    accuracyTable(accuracy),
    sample === null ? null : sampleText(sample),
    pictures.length === 0 ? null : `Pictures: ${pictures.join(', ')}`,
  ]);
}

export function accuracyTable(rows: ScalarsDocument['accuracy']): string {
  return table(
    [
      { title: 'factor', align: 'right' },
      { title: 'accuracy', align: 'right' },
      { title: 'correct', align: 'right' },
      { title: 'other class than at 1', align: 'right' },
    ],
    rows.map(({ factor, accuracy, correct, changed }) => [
      `${factor}`,
      percent(accuracy),
      integer(correct),
      integer(changed),
    ]),
  );
}

function sampleText({
  index,
  label,
  intervals,
  breakpoints,
  complete,
}: NonNullable<ScalarsDocument['sample']>): string {
  const rows = intervals.map(({ from, to, classes }) => [from.decimal, to.decimal, classes.join(', ')]);
  return sections([
    `${heading(`Sample ${index}`)}  label ${label}; exact, over the reals; ${counted(breakpoints, 'breakpoint')}${complete ? '' : '; the walk was cut short'}`,
    table([{ title: 'factor above' }, { title: 'and below' }, { title: 'class' }], rows),
  ]);
}
