/** This decision beside that of an earlier release: what became better or worse. For people; it decides nothing. */
import type { Baseline, DecidedModel, Decision, Requirement, RequirementStatus } from './decision.js';

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
    if (status.before === status.now && margin.before === margin.now) return [];
    return [{ id, change: changeOf(a, b), status, margin }];
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

function compareRecall(
  before: DecidedModel['recall'],
  now: DecidedModel['recall'],
): Baseline['models'][number]['recall'] {
  return now.map((recall) => {
    const same = before.filter((other) => other.class === recall.class);
    const earlier = same.find((other) => other.dataset?.digest === recall.dataset?.digest) ?? same[0];
    return {
      class: recall.class,
      before: earlier?.measured?.value ?? null,
      now: recall.measured?.value ?? null,
      sameData: earlier !== undefined && earlier.dataset?.digest === recall.dataset?.digest,
    };
  });
}
