/**
 * Dataset samples as candidates: followers of the NAPs are witnesses that a region is not empty, and those that
 * meet an obligation's output constraints are counterexamples (after the replay). The cheapest falsifier.
 */
import type { Dataset } from '../../dataset/dataset.js';
import { followers } from '../../mining/follow.js';
import type { PatternTable } from '../../mining/patterns.js';
import type { Phases } from '../../nap/nap.js';
import { logitsOf } from '../../network/forward.js';
import type { Network } from '../../network/network.js';
import { domainFailure } from '../../obligation/contains.js';
import type { Obligation } from '../../obligation/obligation.js';

export interface Candidate {
  readonly point: Float64Array;
  /** `mnist#17`. */
  readonly source: string;
}

/** A dataset that was evaluated once; regions are then looked up in its patterns. */
export interface ScannedData {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly table: PatternTable;
}

/** Samples in the obligation's region, as far as float64 evaluation tells; at most `limit`. */
export function samplesInRegion(data: ScannedData, obligation: Obligation, limit: number): Candidate[] {
  const { network, dataset, table } = data;
  const follows = followers(
    table,
    obligation.naps.map((phases: Phases) => ({ kind: 'nap', class: 0, phases })),
  );
  const own = ownClass(obligation);
  const found: Candidate[] = [];
  for (let i = 0; i < table.count && found.length < limit; i++) {
    if (follows.some((flags) => flags[i] === 0)) continue;
    // Where the own class is predicted the constraint fails or ties; missing a tie only misses a candidate.
    if (own !== null && table.predictions[i] === own) continue;
    const point = dataset.batch(i, i + 1).map(network.elementType === 'float32' ? Math.fround : Number);
    if (domainFailure(obligation, point) !== null) continue;
    if (obligation.outputs.length > 0 && !meetsOutputs(obligation, logitsOf(network, point))) continue;
    found.push({ point, source: `${dataset.name}#${i}` });
  }
  return found;
}

/** Followers evaluated for {@link leastMargin}. */
const NEAREST = 300;

/**
 * The least margin (minus the output constraint's left side) that a sample of the region has: how near the data come to
 * a counterexample. Null without such samples or constraint.
 */
export function leastMargin(data: ScannedData, obligation: Obligation): number | null {
  const constraint = obligation.outputs[0];
  if (constraint === undefined) return null;
  let least = Infinity;
  for (const { point } of samplesInRegion(data, { ...obligation, outputs: [] }, NEAREST)) {
    const logits = logitsOf(data.network, point);
    const lead = constraint.terms.reduce(
      (sum, { output, coefficient }) => sum + coefficient * logits[output]!,
      -constraint.bound,
    );
    // A margin at x is one of x / sum x on the cross-section.
    const size = obligation.section === undefined ? 1 : point.reduce((sum, x) => sum + x, 0);
    least = Math.min(least, -lead / size);
  }
  return Number.isFinite(least) ? least : null;
}

/** The own class of a constraint "competitor - own >= 0", null for other constraints. */
function ownClass({ outputs }: Obligation): number | null {
  const [only] = outputs;
  if (outputs.length !== 1 || only === undefined || only.bound !== 0 || only.terms.length !== 2) return null;
  return only.terms.find(({ coefficient }) => coefficient === -1)?.output ?? null;
}

function meetsOutputs({ outputs }: Obligation, logits: Float64Array): boolean {
  return outputs.every(
    ({ terms, bound }) =>
      terms.reduce((sum, { output, coefficient }) => sum + coefficient * logits[output]!, 0) >= bound,
  );
}
