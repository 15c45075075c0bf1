/** What every label list must satisfy, whatever file it comes from. */
import { InputError } from '../util/errors.js';
import { MAX_CLASSES } from './limits.js';

export interface LabelRules {
  readonly file: string;
  /** Words for the place of the i-th label; default `label i`. */
  readonly place?: (index: number) => string;
  /** Accept classes between 0 and the largest label that have no sample. */
  readonly allowGaps?: boolean;
}

/** Labels and their number of classes (largest label + 1). */
export interface CheckedLabels {
  readonly labels: Int32Array;
  readonly classes: number;
}

/**
 * Labels as integers 0 .. classes - 1.
 * @throws InputError on a label that is negative, fractional, not finite or at least MAX_CLASSES, and on a
 * class between 0 and the largest label without samples (unless allowed).
 */
export function checkLabels(values: ArrayLike<number>, rules: LabelRules): CheckedLabels {
  const { file } = rules;
  const labels = new Int32Array(values.length);
  let classes = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= MAX_CLASSES) {
      throw new InputError('not a class label', {
        file,
        place: rules.place?.(i) ?? `label ${i}`,
        expected: `an integer from 0 to ${MAX_CLASSES - 1}`,
        found: String(value),
      });
    }
    labels[i] = value;
    if (value >= classes) classes = value + 1;
  }
  if (rules.allowGaps !== true) refuseGaps(labels, classes, file);
  return { labels, classes };
}

/** Number of samples of each class. */
export function classCounts(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

function refuseGaps(labels: Int32Array, classes: number, file: string): void {
  const missing = classCounts(labels, classes).flatMap((count, label) => (count === 0 ? [label] : []));
  if (missing.length === 0) return;
  const shown = missing.slice(0, 8).join(', ') + (missing.length > 8 ? ', ...' : '');
  throw new InputError('some classes have no sample (are the labels numbered from 0?)', {
    file,
    place: 'labels',
    expected: `samples of every class from 0 to ${classes - 1}`,
    found: `none of class ${shown}`,
  });
}
