/** This decision beside that of an earlier release: what became better or worse. For people; it decides nothing. */
import type {
  Baseline,
  DecidedModel,
  Decision,
  MeasuredRecall,
  Requirement,
  RequirementStatus,
} from './decision.js';

/** @param file name and digest of the file that the earlier decision was read from */
export function compareWithBaseline(
  now: readonly DecidedModel[],
  before: Decision,
  file: { readonly file: string; readonly sha256: string },
): Baseline {
  const names = [...new Set([...now, ...before.models].map(({ name }) => name))];
  return {
    ...file,
    outcome: before.outcome,
    models: names.map((name) => {
      const a = before.models.find((model) => model.name === name);
      const b = now.find((model) => model.name === name);
      return {
        name,
        change:
          a === undefined
            ? 'added'
            : b === undefined
              ? 'removed'
              : a.sha256 === b.sha256
                ? 'same'
                : 'changed',
        requirements: compareRequirements(a?.requirements ?? [], b?.requirements ?? []),
        recall: compareRecall(a?.recall ?? [], b?.recall ?? []),
      };
    }),
  };
}

/** Best first; a difference in margin alone counts below all of them. */
const RANK: readonly RequirementStatus[] = [
  'met',
  'hole',
  'unknown',
  'vacuous',
  'missing',
  'violated',
  'rejected',
];

function compareRequirements(
  before: readonly Requirement[],
  now: readonly Requirement[],
): Baseline['models'][number]['requirements'] {
  const ids = [...new Set([...before, ...now].map(({ id }) => id))];
  return ids.flatMap((id) => {
    const a = before.find((requirement) => requirement.id === id);
    const b = now.find((requirement) => requirement.id === id);
    const status = { before: a?.status ?? null, now: b?.status ?? null };
    const margin = { before: a?.margin ?? null, now: b?.margin ?? null };
    const advisory = { before: a?.advisory ?? null, now: b?.advisory ?? null };
    const isSame = [status, margin, advisory].every(({ before: was, now: is }) => was === is);
    return isSame ? [] : [{ id, change: changeOf(a, b), status, advisory, margin }];
  });
}

function changeOf(
  a: Requirement | undefined,
  b: Requirement | undefined,
): Baseline['models'][number]['requirements'][number]['change'] {
  if (a === undefined) return 'added';
  if (b === undefined) return 'dropped';
  const rank = RANK.indexOf(a.status) - RANK.indexOf(b.status);
  if (rank !== 0) return rank > 0 ? 'better' : 'worse';
  if (a.margin === null || b.margin === null || a.margin === b.margin) return 'same';
  return b.margin > a.margin ? 'better' : 'worse';
}

/** Best first. */
const RECALL_RANK: readonly MeasuredRecall['status'][] = ['met', 'missing', 'too-low', 'not-held-out'];

/** Every recall that either side asks for, each with the one of its class, on the same samples where there is one. */
function compareRecall(
  before: readonly MeasuredRecall[],
  now: readonly MeasuredRecall[],
): Baseline['models'][number]['recall'] {
  const left = [...before];
  const take = (matches: (other: MeasuredRecall) => boolean): MeasuredRecall | undefined => {
    const at = left.findIndex(matches);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const earlier = now.map((recall) =>
    take((other) => other.class === recall.class && isSameData(other, recall) === true),
  );
  const pairs = now.map((recall, i): [MeasuredRecall | undefined, MeasuredRecall] => [
    earlier[i] ?? take((other) => other.class === recall.class),
    recall,
  ]);
  return [
    ...pairs.map(([a, b]) => recallEntry(a, b)),
    ...left.map((dropped) => recallEntry(dropped, undefined)),
  ];
}

function recallEntry(
  a: MeasuredRecall | undefined,
  b: MeasuredRecall | undefined,
): Baseline['models'][number]['recall'][number] {
  return {
    class: (b ?? a)?.class ?? null,
    change: recallChange(a, b),
    status: { before: a?.status ?? null, now: b?.status ?? null },
    advisory: { before: a?.advisory ?? null, now: b?.advisory ?? null },
    minimum: { before: a?.minimum ?? null, now: b?.minimum ?? null },
    before: a?.measured?.value ?? null,
    now: b?.measured?.value ?? null,
    sameData: a === undefined || b === undefined ? null : isSameData(a, b),
  };
}

/** Null if one of the two was not measured: nothing was compared then. */
function isSameData(a: MeasuredRecall, b: MeasuredRecall): boolean | null {
  if (a.measured === null || b.measured === null || a.dataset === null || b.dataset === null) return null;
  return a.dataset.digest === b.dataset.digest;
}

function recallChange(
  a: MeasuredRecall | undefined,
  b: MeasuredRecall | undefined,
): Baseline['models'][number]['recall'][number]['change'] {
  if (a === undefined) return 'added';
  if (b === undefined) return 'dropped';
  const rank = RECALL_RANK.indexOf(a.status) - RECALL_RANK.indexOf(b.status);
  if (rank !== 0) return rank > 0 ? 'better' : 'worse';
  const [was, is] = [a.measured?.value ?? null, b.measured?.value ?? null];
  if (was === null || is === null || was === is) return 'same';
  return is > was ? 'better' : 'worse';
}
