/** Random regions that contain given samples: boxes around them, and literals that all of them follow. */
import { forward } from '../../src/network/forward.js';
import { type Network, neuronBlocks, neuronCount } from '../../src/network/network.js';
import type { Box } from '../../src/obligation/obligation.js';

export interface SampledRegion {
  readonly box: Box;
  readonly phases: Int8Array;
  /** All tensors of each sample, in doubles. */
  readonly tensors: readonly (readonly Float64Array[])[];
}

/** `keep[i]` decides whether neuron i gets a literal where the samples agree; `slack` widens the box (Infinity: none). */
export function regionAround(
  network: Network,
  samples: readonly (readonly number[])[],
  keep: readonly boolean[],
  slack: number,
): SampledRegion {
  const size = network.tensors[network.input]!.size;
  const ends = (choose: (...values: number[]) => number, by: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => choose(...samples.map((sample) => sample[i]!)) + by);
  const tensors = samples.map((sample) => forward(network, Float64Array.from(sample)).tensors);
  const phases = new Int8Array(neuronCount(network));
  for (const { layer, offset, size: neurons } of neuronBlocks(network)) {
    for (let i = 0; i < neurons; i++) {
      if (keep[(offset + i) % keep.length] !== true) continue;
      const values = tensors.map((sample) => sample[layer.input]![i]!);
      if (values.every((z) => z >= 0)) phases[offset + i] = 1;
      else if (values.every((z) => z <= 0)) phases[offset + i] = -1;
    }
  }
  return { box: { lower: ends(Math.min, -slack), upper: ends(Math.max, slack) }, phases, tensors };
}
