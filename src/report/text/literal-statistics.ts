/** Lines about literals that several reports share. */
import type {
  ConfidenceDocument,
  EntropyDocument,
  RecallLossDocument,
} from '../documents/literal-statistics.js';
import { integer, short } from '../format.js';
import { heading, table } from '../table.js';

/** `16[143] active 21/40`: tensor, flat index, phase, samples lost by it alone / that violate it. */
function literalText({
  tensor,
  index,
  phase,
  violated,
  alone,
}: RecallLossDocument['literals'][number]): string {
  return `${tensor}[${index}] ${phase} ${integer(alone)}/${integer(violated)}`;
}

export function entropyText(entropy: EntropyDocument): string {
  return [
    `${heading('Entropy')} of the phase of a neuron, mean in bits`,
    table(
      [
        { title: 'layer' },
        { title: 'neurons', align: 'right' },
        { title: 'all samples', align: 'right' },
        { title: 'within a class', align: 'right' },
      ],
      entropy.map(({ tensor, neurons, overall, withinClass }) => [
        tensor,
        integer(neurons),
        short(overall),
        short(withinClass),
      ]),
    ),
  ].join('\n');
}

export function confidenceText(
  delta: string,
  { tests, literals, confirmed, belowOnHeldOut }: ConfidenceDocument,
): string {
  const fresh =
    belowOnHeldOut === null
      ? ''
      : `; ${integer(belowOnHeldOut)} are less frequent than delta in the held-out samples`;
  return (
    `  delta ${delta}: ${integer(literals)} literals of ${integer(tests)} neurons tested; with 95 % confidence for all ` +
    `together, ${integer(confirmed)} of them are so frequent beyond the samples${fresh}.`
  );
}

/** Per class how many samples are lost, and the literals whose removal would gain most. */
export function lossTable(
  classes: readonly { readonly class: number; readonly loss: RecallLossDocument }[],
): string {
  const right = { align: 'right' } as const;
  return table(
    [
      { title: 'class', ...right },
      { title: 'lost', ...right },
      { title: 'by one literal', ...right },
      { title: 'costliest literals (lost by it alone/violated)' },
    ],
    classes.map(({ class: label, loss }) => [
      String(label),
      integer(loss.lost),
      integer(loss.byOneLiteral),
      loss.literals.slice(0, 3).map(literalText).join('; '),
    ]),
  );
}
