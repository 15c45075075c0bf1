import type { CompareDocument } from '../documents/compare.js';
import { integer, percent } from '../format.js';
import { facts, heading, sections, table } from '../table.js';

const REGIONS: Readonly<Record<CompareDocument['classes'][number]['regions'], string>> = {
  equal: 'equal',
  'a-in-b': 'A inside B',
  'b-in-a': 'B inside A',
  disjoint: 'disjoint',
  'not-shown': 'not shown',
  'other-model': 'other model',
};

export function compareText(document: CompareDocument): string {
  const { a, b, dataset, classes } = document;
  const verdicts = a.certificate !== null || b.certificate !== null;
  const right = { align: 'right' } as const;
  return sections([
    `${heading('Compared')}  ${document.sameModel ? 'two patterns per class of one model' : 'the patterns of two models with the same layers'}`,
    facts([
      ['A', sideText(a)],
      ['B', sideText(b)],
      [
        'data',
        dataset === null
          ? null
          : `${integer(dataset.samples)} samples of ${dataset.name} (${dataset.selection})`,
      ],
    ]),
    table(
      [
        { title: 'class', ...right },
        { title: 'A', ...right },
        { title: 'B', ...right },
        { title: 'shared', ...right },
        { title: 'lost', ...right },
        { title: 'gained', ...right },
        { title: 'reversed', ...right },
        { title: 'regions' },
        ...(document.inclusion === null ? [] : [{ title: 'A in B' }, { title: 'B in A' }]),
        ...(dataset === null
          ? []
          : [
              { title: 'recall A', ...right },
              { title: 'recall B', ...right },
              { title: 'follow both', ...right },
            ]),
        ...(verdicts ? [{ title: 'verdict A' }, { title: 'verdict B' }] : []),
      ],
      classes.map((row) => [
        String(row.class),
        row.a === null ? 'not in A' : integer(row.a.literals),
        row.b === null ? 'not in B' : integer(row.b.literals),
        integer(row.shared),
        integer(row.lost),
        integer(row.gained),
        integer(row.reversed),
        REGIONS[row.regions],
        ...(document.inclusion === null
          ? []
          : [inclusionText(row.inclusions?.aInB), inclusionText(row.inclusions?.bInA)]),
        ...(dataset === null
          ? []
          : [
              percent(row.a?.recall?.value ?? null),
              percent(row.b?.recall?.value ?? null),
              row.followersOfBoth === null ? '-' : integer(row.followersOfBoth),
            ]),
        ...(verdicts ? [row.a?.verdict ?? '-', row.b?.verdict ?? '-'] : []),
      ]),
    ),
    [
      '  A, B: literals; lost: only in A; gained: only in B; reversed: on in one, off in the other (also lost and gained).',
      document.sameModel
        ? '  regions: proved by the literals alone, which more literals make smaller; what is proved for the larger one holds for all inputs of the smaller, if there are any.'
        : '  The same neuron of two models is not the same thing: regions of two models are not compared.',
    ].join('\n'),
    inclusionNote(document),
    document.inclusion !== null && dataset === null
      ? '  With --data, samples that follow the one and not the other refute an inclusion at once.'
      : null,
    document.transferred
      ? "  B has no NAP file: the literals of A's NAPs are read as literals of the second model."
      : null,
    document.napsOutput === null ? null : `  NAPs of the second model: ${document.napsOutput}`,
    document.interrupted ? 'Interrupted: what was not reached is unknown.' : null,
  ]);
}

type InclusionRow = NonNullable<CompareDocument['classes'][number]['inclusions']>['aInB'];

function inclusionText(row: InclusionRow | undefined): string {
  if (row === undefined) return '-';
  switch (row.verdict) {
    case 'proved':
      return row.by === 'literals' ? 'by literals' : `proved (${integer(row.literals)})`;
    case 'refuted':
      return row.by === 'sample' ? `no: ${row.why}` : 'no: an input';
    case 'unknown':
      return 'unknown';
  }
}

/** Reasons listed. */
const LISTED = 10;

function inclusionNote({ inclusion, classes }: CompareDocument): string | null {
  if (inclusion === null) return null;
  const open = classes.flatMap(({ class: label, inclusions }) =>
    inclusions === null
      ? []
      : [
          ...(inclusions.aInB.verdict === 'unknown'
            ? [`class ${label}, A in B: ${inclusions.aInB.why}`]
            : []),
          ...(inclusions.bInA.verdict === 'unknown'
            ? [`class ${label}, B in A: ${inclusions.bInA.why}`]
            : []),
        ],
  );
  return [
    `  A in B: every input that follows A follows B; inputs: ${inclusion.domain}. In brackets: literals that A lacks and that ` +
      'were proved to follow from it. no: an input that follows the one and not the other, a sample where it is named.',
    ...open.slice(0, LISTED).map((line) => `  ${line}`),
    ...(open.length > LISTED ? [`  and ${open.length - LISTED} more that stayed open`] : []),
    ...(inclusion.certificate === null ? [] : [`  certificate: ${inclusion.certificate.file}`]),
  ].join('\n');
}

function sideText({ model, naps, certificate }: CompareDocument['a']): string {
  const proof = certificate === null ? '' : `; ${certificate.file}: ${certificate.verdict}`;
  return `${naps.file} (delta ${naps.delta}) of ${model.file}${proof}`;
}
