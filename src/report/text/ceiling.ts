import type { CeilingDocument } from '../documents/ceiling.js';
import { integer, percent, seconds, short } from '../format.js';
import { heading, sections, table } from '../table.js';

export function ceilingText(document: CeilingDocument): string {
  const { share, classes, dataset } = document;
  const right = { align: 'right' } as const;
  const rows = classes.map((row) => [
    String(row.class),
    integer(row.tested),
    integer(row.pass),
    integer(row.provedPasses),
    integer(row.undecided),
    percent(row.share.value),
    `${percent(row.share.low)} to ${percent(row.share.high)}`,
  ]);
  const example = classes.find((row) => row.example !== null);
  return sections([
    `${heading('Ceiling')} of sign NAPs of ${document.model.file}: for how many samples of ${dataset.name} (${dataset.selection}) ` +
      'could any NAP that they follow be true?',
    table(
      [
        { title: 'class', ...right },
        { title: 'tested', ...right },
        { title: 'pass', ...right },
        { title: 'proved', ...right },
        { title: 'open', ...right },
        { title: 'share', ...right },
        { title: '95 % interval', ...right },
      ],
      rows,
    ),
    [
      `  all classes: ${percent(share.value)} (${percent(share.low)} to ${percent(share.high)}), ${seconds(document.seconds)}`,
      "  pass: with every phase fixed to the sample's no other class wins; proved: the checker accepts the LP's multipliers.",
      '  A failing sample has a real input with its whole pattern that gets another class: every NAP it follows is false.',
    ].join('\n'),
    verdict(document),
    example === undefined || example.example === null
      ? null
      : `  Example: sample ${example.example.sample} of class ${example.class}; an input with its whole pattern gives class ` +
        `${example.example.competitor} a lead of ${short(example.example.lead)}.`,
  ]);
}

function verdict({ share, interrupted }: CeilingDocument): string {
  if (interrupted) return '  Interrupted: not all samples were tested.';
  if (share.of === 0) return '  Nothing was decided.';
  if (share.count === 0)
    return '  No tested sample follows any true sign NAP: this network has no global NAP theorem of use over this domain.';
  if (share.high < 0.5) return '  NAP theorems over this domain can cover a minority of the samples at most.';
  return '  NAP theorems are not ruled out. This test says nothing about larger regions.';
}
