/** The demo, told step by step for people who see napcert for the first time. */
import type { DemoDocument } from '../documents/demo.js';
import type { VerifiedProperty } from '../documents/verify.js';
import { percent, seconds } from '../format.js';
import { propertyName } from '../property-name.js';
import { shadedText } from '../shaded-text.js';
import { heading, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';
import { pairGrid } from './pair-grid.js';

export function demoText(document: DemoDocument): string {
  return sections([
    ...minedText(document),
    byHand(document, 'mine'),
    ...provedText(document),
    byHand(document, 'verify', 0, 2),
    ...refutedText(document),
    byHand(document, 'verify', 2),
    ...checkedText(document),
    byHand(document, 'check'),
    CLOSING,
  ]);
}

function minedText({ mined }: DemoDocument): string[] {
  const [strict, loose] = mined.results;
  const right = (title: string) => ({ title, align: 'right' as const });
  const rows = strict!.classes.map((row, i) => {
    const other = loose!.classes[i]!;
    return [
      `${row.class}`,
      `${row.support}`,
      `${row.active + row.inactive}`,
      percent(row.heldOutRecall?.value ?? null),
      `${row.counterexamples}`,
      `${other.active + other.inactive}`,
      percent(other.heldOutRecall?.value ?? null),
      `${other.counterexamples}`,
    ];
  });
  return [
    `${heading('1. Mining.')} For every class: which ReLU neurons are on (or off) in at least 99 % of its digits, and in\n` +
      `all of them? These literals are the NAP of the class. ${mined.dataset.samples} digits mined, ${mined.heldOut?.samples ?? 0} held out.`,
    table(
      ['class', 'digits', '0.99: literals', 'held out', 'wrong', '1.0: literals', 'held out', 'wrong'].map(
        right,
      ),
      rows,
    ),
    '  held out: unseen digits of the class that follow its NAP. wrong: digits that follow it and get another class.',
  ];
}

function provedText({ mined, proved, solved }: DemoDocument): string[] {
  const rows = solved.properties.map((trusted) => {
    const own = proved.properties.find(({ id }) => id === trusted.id)!;
    return [
      propertyName(own),
      verdictText(own.verdict),
      spent(own),
      verdictText(trusted.verdict),
      spent(trusted),
    ];
  });
  return [
    `${heading('2. Non-misclassification, delta 0.99.')} Does every image of [0, 1]^784 that follows the NAP of a class get\n` +
      'that class? All images are meant, not only digits. Decided twice: by branch and bound, which writes a\n' +
      'proof, and by the MILP solver GLPK, whose answer has to be trusted.',
    table(
      [
        { title: 'property' },
        { title: 'proof' },
        { title: 'time', align: 'right' },
        { title: 'GLPK' },
        { title: 'time', align: 'right' },
      ],
      rows,
    ),
    `${heading('3. Non-ambiguity, delta 0.99.')} Can an image follow the NAPs of two classes? "holds": none can.`,
    pairGrid(
      mined.results[0]!.classes.map((row) => row.class),
      proved.properties,
    ),
  ];
}

function spent({ obligations }: VerifiedProperty): string {
  return seconds(obligations.reduce((sum, obligation) => sum + obligation.seconds, 0));
}

function refutedText({ refuted, picture }: DemoDocument): string[] {
  const rows = refuted.properties.map((property) => [
    verdictText(property.verdict),
    propertyName(property),
    property.obligations.find(({ counterexample }) => counterexample !== null)?.counterexample?.source ?? '',
  ]);
  return [
    `${heading('4. Delta 1: violated on purpose.')} Fewer neurons agree in all digits, so more images follow the NAP, and\n` +
      'some of them are real digits that get another class: violated, each with a counterexample that was\n' +
      'replayed in exact arithmetic and in onnxruntime. Some pairs of NAPs still exclude each other.',
    table([{ title: 'verdict' }, { title: 'property' }, { title: 'counterexample' }], rows),
    ...(picture === null
      ? []
      : [
          `  ${picture.source} (below) refutes ${picture.obligation}: it follows the NAP of the first class, and the logit\n` +
            `  of the second is at least as large. All ${picture.shown.length} such images: ${picture.file}`,
          shadedText(picture.rows, '    '),
        ]),
  ];
}

function checkedText({ checks }: DemoDocument): string[] {
  const rows = checks.map(({ certificate, verdict, holes }) => [
    verdictText(verdict),
    certificate.file,
    holes.length === 0 ? 'nothing taken on trust' : `taken on trust: ${holes.length} steps`,
  ]);
  return [
    `${heading('5. Checking.')} Every certificate is re-proved from the ONNX file in exact arithmetic, without any solver.\n` +
      'valid: all of it is proved. incomplete: nothing is wrong, but answers of GLPK are taken on trust.',
    table([{ title: 'check' }, { title: 'certificate' }, { title: '' }], rows),
  ];
}

/** The lines of a step, which are those of its command. */
function byHand({ commands }: DemoDocument, command: string, from = 0, to?: number): string {
  const lines = commands.filter((line) => line.startsWith(`napcert ${command} `)).slice(from, to);
  return ['  By hand:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}

const CLOSING =
  'Some properties above are violated by design, so this demo ends with exit code 0; `napcert verify` would\nend with 1 there. In a clone, `napcert` is `node bin/napcert.js`.';
