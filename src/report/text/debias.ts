import type { DebiasDocument } from '../documents/debias.js';
import { integer, percent, short } from '../format.js';
import { facts, heading, sections, table } from '../table.js';

const VERDICT: Readonly<Record<DebiasDocument['verdict'], string>> = {
  'scalar-invariant': 'without them the class does not depend on the brightness',
  'argmax-invariant': 'without them the class does not depend on the brightness (its scores do)',
  'not-homogeneous': 'without them it is still not homogeneous',
};

export function debiasText(document: DebiasDocument): string {
  const { removed, verdict, left, accuracy, output } = document;
  return sections([
    removed.length === 0
      ? `${heading('Biases')}  no stored constant acts as a bias`
      : `${heading('Biases')}  ${VERDICT[verdict]}`,
    removed.length === 0
      ? null
      : table(
          [
            { title: 'constant' },
            { title: 'not 0', align: 'right' },
            { title: 'largest', align: 'right' },
            { title: 'added by' },
          ],
          removed.map(({ name, node, nonZero, largest }) => [name, integer(nonZero), short(largest), node]),
        ),
    left === null ? null : facts([['left', left]]),
    accuracy === null ? null : accuracyText(accuracy),
    output === null ? null : `Model without biases: ${output.file}`,
    removed.length === 0 ? null : warning(accuracy),
  ]);
}

function accuracyText({ before, after }: NonNullable<DebiasDocument['accuracy']>): string {
  return table(
    [
      { title: 'factor', align: 'right' },
      { title: 'accuracy with biases', align: 'right' },
      { title: 'without', align: 'right' },
    ],
    before.map(({ factor, accuracy }, i) => [`${factor}`, percent(accuracy), percent(after[i]!.accuracy)]),
  );
}

function warning(accuracy: DebiasDocument['accuracy']): string {
  const measured =
    accuracy === null
      ? 'Measure its accuracy with --data'
      : `Here the accuracy goes from ${percent(accuracy.before[0]!.accuracy)} to ${percent(accuracy.after[0]!.accuracy)}`;
  return `Warning: a network that was trained with biases is another network without them. ${measured}; for a usable one, train without biases.`;
}
