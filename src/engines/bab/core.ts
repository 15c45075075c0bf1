/**
 * The core of a proof: literals that suffice for it. A suffix proof often needs only the literals of its own layers; the
 * checker decides, on the larger region that these literals leave.
 */
import type { LinStep, ProofStep } from '../../certificate/proof.js';
import type { Phases } from '../../nap/nap.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';

/** Share of the margin that a smaller core may cost. */
const MARGIN_KEPT = 0.5;

/** The literals behind the proof's stop tensor; null if the proof needs others, or rests on lemmas about all of them. */
export function coreLiterals(
  network: Network,
  obligation: Obligation,
  steps: readonly ProofStep[],
): readonly Phases[] | null {
  if (obligation.naps.length === 0 || steps[0]?.rule === 'shared') return null;
  const first = firstExpandedLayer(network, steps);
  if (first === null || first <= 0) return null;
  return obligation.naps.map((phases) => literalsFrom(network, phases, first));
}

/** Is a core's margin worth having beside the one with all literals? */
export function marginKept(core: number | null, all: number | null): boolean {
  return all === null || (core ?? 0) >= MARGIN_KEPT * all;
}

/** Number of the layer that computes the earliest stop tensor of the proof's leaves; null if a leaf goes to the input. */
function firstExpandedLayer(network: Network, steps: readonly ProofStep[]): number | null {
  const leaves = steps.filter((step): step is LinStep => step.rule === 'lin');
  if (leaves.length === 0) return null;
  let first = Infinity;
  for (const { stop } of leaves) {
    if (stop === undefined) return null;
    first = Math.min(
      first,
      network.layers.findIndex(({ output }) => network.tensors[output]!.name === stop),
    );
  }
  return first;
}

/** The literals of ReLU layers from number `first` on. */
function literalsFrom(network: Network, phases: Phases, first: number): Phases {
  const kept = new Int8Array(phases.length);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    if (network.layers.indexOf(layer) >= first) kept.set(phases.subarray(offset, offset + size), offset);
  }
  return kept;
}
