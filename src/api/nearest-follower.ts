/** The sample of a class that follows its NAP and lies nearest to a point: what a counterexample is shown beside. */
import type { Dataset } from '../dataset/dataset.js';
import { exactSampleEvaluator } from '../mining/exact-signs.js';
import { ACTIVE, FREE, type Phases } from '../nap/nap.js';
import { forward } from '../network/forward.js';
import { type Network, neuronBlocks } from '../network/network.js';
import type { ExhibitedFollower } from '../report/exhibit.js';

/** Samples read at once. */
const BATCH = 1024;
/** Samples evaluated, the nearest first; a NAP that none of these follows has no follower worth showing. */
const TRIED = 500;

/** Another one than the point itself, which is named if it is a sample of the class. Null if no sample with the label is near enough and follows (literals as mined, exactly). */
export function nearestFollower(
  network: Network,
  dataset: Dataset,
  nap: { readonly class: number; readonly phases: Phases },
  point: ArrayLike<number>,
): ExhibitedFollower | null {
  const rounded = network.elementType === 'float32' ? Math.fround : Number;
  const near: { sample: number; distance: number }[] = [];
  const nameOf = (sample: number): string => `${dataset.name}#${sample}`;
  let same: string | null = null;
  for (let from = 0; from < dataset.count; from += BATCH) {
    const to = Math.min(dataset.count, from + BATCH);
    const batch = dataset.batch(from, to);
    for (let sample = from; sample < to; sample++) {
      if (dataset.labels[sample] !== nap.class) continue;
      const at = (sample - from) * dataset.featureSize;
      let sum = 0;
      for (let i = 0; i < dataset.featureSize; i++) sum += (rounded(batch[at + i]!) - point[i]!) ** 2;
      if (sum > 0) near.push({ sample, distance: Math.sqrt(sum) });
      else same ??= nameOf(sample);
    }
  }
  near.sort((a, b) => a.distance - b.distance || a.sample - b.sample);
  const evaluate = exactSampleEvaluator(network);
  for (const { sample, distance } of near.slice(0, TRIED)) {
    const values = dataset.gather([sample]).map(rounded);
    if (!mayFollow(network, nap.phases, values)) continue;
    const { active } = evaluate(values);
    if (nap.phases.some((phase, n) => phase !== FREE && (phase === ACTIVE) !== (active[n] === 1))) continue;
    return { class: nap.class, source: nameOf(sample), point: [...values], distance, same };
  }
  return null;
}

/** Rounding of doubles stays below this share of the values by far. */
const ROOM = 1e-6;

/** In floating point: rules out quickly what the exact evaluation need not look at. */
function mayFollow(network: Network, phases: Phases, input: Float64Array): boolean {
  const { tensors } = forward(network, input);
  return neuronBlocks(network).every(({ layer, offset, size }) => {
    const z = tensors[layer.input]!;
    const room = ROOM * z.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (let i = 0; i < size; i++) if (phases[offset + i]! * z[i]! < -room) return false;
    return true;
  });
}
