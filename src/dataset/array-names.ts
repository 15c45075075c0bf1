/** Which array holds the features and which the labels, by the names that people give them. */

/** A recognised name: its role and the part of a division that it names (`train`, `test`, ..., or ''). */
export interface ArrayRole {
  readonly role: 'features' | 'labels';
  readonly part: string;
}

const PARTS = 'train|test|val|valid|validation';
const NAME = new RegExp(
  `^(?:(${PARTS})_)?(?:(x|images|data|features)|(y|labels?|targets?))(?:_(${PARTS}))?$`,
  'i',
);

/** Role of `x`, `images`, `data`, `features`, `y`, `labels`, `target`, with or without `_train` and the like. */
export function arrayRole(name: string): ArrayRole | null {
  const match = NAME.exec(name);
  if (match === null || (match[1] !== undefined && match[4] !== undefined)) return null;
  return {
    role: match[2] !== undefined ? 'features' : 'labels',
    part: (match[1] ?? match[4] ?? '').toLowerCase(),
  };
}

/** Features and labels that belong together. */
export interface ArrayPair {
  readonly part: string;
  readonly features: string;
  readonly labels: string;
}

/** All pairs of one array of features and one of labels of the same part; a part with more has no pair. */
export function arrayPairs(names: readonly string[]): ArrayPair[] {
  const roles = names.flatMap((name) => {
    const role = arrayRole(name);
    return role === null ? [] : [{ name, ...role }];
  });
  const parts = [...new Set(roles.map(({ part }) => part))].sort();
  return parts.flatMap((part) => {
    const named = (role: ArrayRole['role']): string[] =>
      roles.filter((entry) => entry.part === part && entry.role === role).map(({ name }) => name);
    const [features, labels] = [named('features'), named('labels')];
    if (features.length !== 1 || labels.length !== 1) return [];
    return [{ part, features: features[0]!, labels: labels[0]! }];
  });
}
