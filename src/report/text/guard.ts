import type { GuardDocument } from '../documents/guard.js';
import { counted, integer } from '../format.js';
import { facts, heading, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';

export function guardText(document: GuardDocument): string {
  const { output, classes, certificate, rejection, outputs } = document;
  const certified = classes.filter((row) => row.certified).length;
  return sections([
    output === null
      ? `${heading('Not guarded')}  nothing was written`
      : `${heading('Guarded')}  ${output.file}: ${certified} of ${counted(classes.length, 'class', 'classes')} can be certified`,
    facts([
      ['certificate', `${certificate.file} (${verdictText(certificate.verdict)})`],
      [
        'rejected at',
        rejection === null
          ? null
          : `${rejection.place}: ${rejection.rule}, expected ${rejection.expected}, found ${rejection.found}`,
      ],
      ['domain', document.domain],
      ['arithmetic', document.arithmetic],
      ...(output === null
        ? []
        : ([
            ['added outputs', `${outputs.follows}, ${outputs.distance}, ${outputs.certified}`],
            ['added nodes', integer(document.addedNodes)],
            [
              'unchanged',
              `the original outputs, bit by bit, on ${counted(document.compared, 'input')} in onnxruntime`,
            ],
          ] as const)),
    ]),
    table(
      [
        { title: 'class', align: 'right' },
        { title: 'literals', align: 'right' },
        { title: 'certified' },
        { title: 'why not' },
      ],
      classes.map((row) => [
        String(row.class),
        row.literals === null ? '-' : integer(row.literals),
        row.certified ? 'yes' : 'no',
        row.why ?? '',
      ]),
    ),
    document.meaning.map((sentence) => `  ${sentence}`).join('\n'),
  ]);
}
