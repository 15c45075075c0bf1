import type { MinimizeDocument } from '../documents/minimize.js';
import { integer, seconds, short } from '../format.js';
import { heading, sections, table } from '../table.js';

const MINIMAL = { inclusion: 'yes', 'up-to-limits': 'up to limits', unknown: '-' } as const;

export function minimizeText(document: MinimizeDocument): string {
  const right = { align: 'right' } as const;
  const rows = document.classes.map((row) => [
    String(row.class),
    row.verdict === 'proved' ? 'proved' : 'not proved',
    integer(row.before),
    integer(row.after),
    MINIMAL[row.minimal],
    integer(row.undecided),
    row.depth === 0 ? '-' : integer(row.depth),
    row.margin === null ? '-' : short(row.margin),
    seconds(row.seconds),
  ]);
  const { naps, certificate } = document;
  return sections([
    `${heading('Minimised')} NAPs of ${document.input.file} by ${document.method}${document.interrupted ? ' (interrupted)' : ''}`,
    table(
      [
        { title: 'class', ...right },
        { title: 'verdict' },
        { title: 'before', ...right },
        { title: 'after', ...right },
        { title: 'minimal' },
        { title: 'open', ...right },
        { title: 'layers', ...right },
        { title: 'margin', ...right },
        { title: 'time', ...right },
      ],
      rows,
    ),
    [
      '  minimal: yes where no literal can be left out of a proof about the last layers shown; open: literals whose need was not shown.',
      '  The regions only grew, so every input that followed before still follows.',
    ].join('\n'),
    naps === null || certificate === null
      ? '  Nothing was proved; no file was written.'
      : `  NAPs: ${naps.file}\n  certificate: ${certificate.file}`,
  ]);
}
