import type { LearnDocument, LearnedRow } from '../documents/learn.js';
import { counted, integer, percent, seconds, short } from '../format.js';
import { heading, sections, table } from '../table.js';

export function learnText(document: LearnDocument): string {
  const { classes, heldOut, naps, certificate } = document;
  const right = { align: 'right' } as const;
  const rows = classes.map((row) => [
    String(row.class),
    row.verdict === 'proved' ? 'proved' : row.verdict === 'none-can-exist' ? 'none can exist' : 'not found',
    integer(row.literals),
    row.depth === 0 ? '-' : integer(row.depth),
    row.margin === null ? '-' : short(row.margin),
    percent(row.mining?.ofClass.value ?? null),
    percent(row.upperBound?.value ?? null),
    ...(heldOut === null
      ? []
      : [
          percent(row.heldOut?.ofClass.value ?? null),
          interval(row),
          percent(row.heldOut?.ofCorrect.value ?? null),
        ]),
  ]);
  return sections([
    `${heading('Learned')} NAPs of ${document.model.file} from ${integer(document.dataset.samples)} samples of ${document.dataset.name} in ` +
      `${seconds(document.seconds)}${document.interrupted ? ' (interrupted: what was proved is kept)' : ''}.`,
    table(
      [
        { title: 'class', ...right },
        { title: 'verdict' },
        { title: 'literals', ...right },
        { title: 'layers', ...right },
        { title: 'margin', ...right },
        { title: 'recall', ...right },
        { title: 'at most', ...right },
        ...(heldOut === null
          ? []
          : [
              { title: 'held out', ...right },
              { title: '95 % interval', ...right },
              { title: 'of correct', ...right },
            ]),
      ],
      rows,
    ),
    [
      ...(heldOut === null
        ? ['  No held-out data: recall on the mining data is the recall of a choice made on them.']
        : [
            `  held out: ${integer(heldOut.samples)} samples of ${heldOut.name} that learning never read; mean recall ${percent(document.meanHeldOutRecall)}.`,
          ]),
      `  recall: mining samples of the class that follow${heldOut === null ? '.' : '; of correct: of those held-out ones that the model classifies correctly.'}`,
      '  at most: correct mining samples that a true NAP of these candidates can cover.',
      '  layers: last hidden layers that a proof argues about; `napcert explain` says whether it uses what the domain implies for them.',
      `  Literals were chosen among ${integer(document.neuronsTested)} neurons per class: only held-out recall is free of that choice.${heldOut === null ? '' : ' The intervals are per class, not joint.'}`,
    ].join('\n'),
    costlyText(classes),
    ceilingText(document),
    naps === null || certificate === null
      ? '  Nothing was proved; no file was written.'
      : `  NAPs: ${naps.file}\n  certificate: ${certificate.file}`,
  ]);
}

function interval({ heldOut }: LearnedRow): string {
  return heldOut === null ? '-' : `${percent(heldOut.ofClass.low)} to ${percent(heldOut.ofClass.high)}`;
}

/** The literal of each class whose absence would gain most. */
function costlyText(classes: readonly LearnedRow[]): string | null {
  const lines = classes.flatMap((row) => {
    const first = row.costly[0];
    if (first === undefined || first.alone === 0) return [];
    return [
      `  class ${row.class}: ${first.tensor}[${first.index}] ${first.phase} alone keeps out ${counted(first.alone, 'correct mining sample')}`,
    ];
  });
  return lines.length === 0 ? null : [heading('Literals that cost the most'), ...lines].join('\n');
}

function ceilingText({ classes }: LearnDocument): string | null {
  const none = classes.filter(({ verdict }) => verdict === 'none-can-exist').map((row) => row.class);
  if (none.length === 0) return null;
  return (
    `  No NAP can be learned for class ${none.join(', ')}: each tested sample has an input with its whole pattern that gets ` +
    'another class, so no sign NAP it follows is true (see `napcert ceiling`).'
  );
}
