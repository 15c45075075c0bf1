import type { CurveDocument } from '../documents/curve.js';
import { integer, percent } from '../format.js';
import { heading, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';
import { confidenceText, entropyText, lossTable } from './literal-statistics.js';
import { INTERVALS, samplesMeantText } from './samples-meant.js';

const right = { align: 'right' } as const;

export function curveText(document: CurveDocument): string {
  const { dataset, heldOut, points } = document;
  const verified = points.some(({ certificate }) => certificate !== null);
  return sections([
    `${heading('Curve')} over delta, mined from ${integer(dataset.samples)} samples of ${dataset.name} (${dataset.selection})` +
      (heldOut === null
        ? '.'
        : `; held out: ${integer(heldOut.samples)} of ${heldOut.name} (${heldOut.selection}).`),
    `delta is the ${document.deltaMeaning}.`,
    table(
      [
        { title: 'delta', ...right },
        { title: 'literals', ...right },
        { title: 'recall', ...right },
        ...(heldOut === null
          ? []
          : [
              { title: 'held out', ...right },
              { title: 'interval', ...right },
            ]),
        { title: 'lowest class', ...right },
        { title: 'others', ...right },
        { title: 'wrong', ...right },
        { title: 'disjoint pairs', ...right },
        ...(verified
          ? [
              { title: 'holds', ...right },
              { title: 'violated', ...right },
              { title: 'unknown', ...right },
            ]
          : []),
      ],
      points.map((point) => summaryRow(point, heldOut !== null, verified)),
    ),
    [
      '  literals: mean per class; others: followers from other classes; wrong: followers classified otherwise.',
      samplesMeantText(document),
      INTERVALS,
    ].join('\n'),
    table(
      [{ title: 'class', ...right }, ...points.map(({ delta }) => ({ title: delta, ...right }))],
      (points[0]?.classes ?? []).map(({ class: label }) => [
        String(label),
        ...points.map((point) => cell(point, label, heldOut !== null)),
      ]),
    ),
    `  recall per class and delta${heldOut === null ? '' : ' on held-out data'}${verified ? ', with the verdict of non-misclassification' : ''}`,
    entropyText(document.entropy),
    points.map(({ delta, confidence }) => confidenceText(delta, confidence)).join('\n'),
    lossText(document),
    document.picture === null ? null : `Picture: ${document.picture}`,
    document.interrupted ? 'Interrupted: verdicts are missing; the same line again goes on.' : null,
  ]);
}

type Point = CurveDocument['points'][number];

function summaryRow(point: Point, heldOut: boolean, verified: boolean): string[] {
  const { classes } = point;
  const sum = (of: (row: Point['classes'][number]) => number) =>
    classes.reduce((total, row) => total + of(row), 0);
  const recalls = classes.flatMap(
    ({ recall, heldOutRecall }) => (heldOut ? heldOutRecall?.value : recall.value) ?? [],
  );
  const verdicts = (verdict: string) => integer(classes.filter((row) => row.verdict === verdict).length);
  const own = point.heldOutRecall;
  return [
    point.delta,
    integer(Math.round(sum(({ active, inactive }) => active + inactive) / Math.max(1, classes.length))),
    percent(point.recall.value),
    ...(own === null ? [] : [percent(own.value), `${percent(own.low)} - ${percent(own.high)}`]),
    percent(recalls.length === 0 ? null : Math.min(...recalls)),
    integer(sum(({ otherFollowers }) => otherFollowers)),
    integer(sum(({ counterexamples }) => counterexamples)),
    `${point.disjointPairs.count} of ${point.disjointPairs.of}`,
    ...(verified ? [verdicts('holds'), verdicts('violated'), verdicts('unknown')] : []),
  ];
}

function cell(point: Point, label: number, heldOut: boolean): string {
  const row = point.classes.find((candidate) => candidate.class === label);
  if (row === undefined) return '-';
  const recall = percent((heldOut ? row.heldOutRecall : row.recall)?.value ?? null);
  return row.verdict === null ? recall : `${recall} ${verdictText(row.verdict)}`;
}

/** The literal whose removal gains most, at the largest delta below 1. */
function lossText({ points }: CurveDocument): string | null {
  const point = points.find(({ delta }) => delta !== '1');
  if (point === undefined) return null;
  return [`${heading('What costs recall')} at delta ${point.delta}`, lossTable(point.classes)].join('\n');
}
