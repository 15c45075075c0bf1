/** One real sample per NAP, so that the NAP file alone shows that the pattern can be followed. */
import type { Dataset } from '../dataset/dataset.js';
import type { Nap } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import { classOf, type GroupingChoice } from './count-activations.js';
import type { Following } from './statistics.js';

/**
 * The first sample of the class that follows its NAP (literals read strictly), rounded to the model's element type
 * as it was evaluated; null if none does, which happens where no single sample has all the frequent phases.
 * @param position of the NAP in the list that `following` was made from
 */
export function exampleOf(
  nap: Nap,
  position: number,
  { table, follows }: Following,
  job: { readonly network: Network; readonly dataset: Dataset; readonly options: GroupingChoice },
): number[] | null {
  const index = follows[position]!.findIndex(
    (follower, sample) =>
      follower === 1 && classOf(table.labels[sample]!, table.predictions[sample]!, job.options) === nap.class,
  );
  if (index < 0) return null;
  const sample = job.dataset.batch(index, index + 1);
  return Array.from(sample, job.network.elementType === 'float32' ? Math.fround : Number);
}
