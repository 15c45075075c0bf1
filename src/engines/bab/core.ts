/**
 * The core of a proof: literals that suffice for it. A suffix proof often needs only the literals of its own layers; the
 * checker decides, on the larger region that these literals leave.
 */
import type { LinStep, ProofStep } from '../../certificate/proof.js';
import type { Phases } from '../../nap/nap.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Decision, EngineContext } from '../decision.js';

/** Share of the margin that a smaller core may cost. */
const MARGIN_KEPT = 0.5;

type Unsat = Extract<Decision, { verdict: 'unsat' }>;

/** The decision with a core, if the literals behind the proof's stop tensor suffice. */
export function withCore(context: EngineContext, obligation: Obligation, decision: Unsat): Unsat {
  // Shared lemmas are about the region with all its literals.
  if (decision.shared !== null || obligation.naps.length === 0) return decision;
  const first = firstExpandedLayer(context.network, decision.steps);
  if (first === null || first <= 0) return decision;
  const core = obligation.naps.map((phases) => literalsFrom(context.network, phases, first));
  const audit = context.audit({ ...obligation, naps: core }, decision.steps, null);
  if (!audit.accepted) return decision;
  if (decision.margin !== null && (audit.margin ?? 0) < MARGIN_KEPT * decision.margin) return decision;
  return { ...decision, core, margin: audit.margin };
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
