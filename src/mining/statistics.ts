/** How mined NAPs fare on data: recall, followers of other classes, counterexamples, overlap. */
import type { Nap } from '../nap/nap.js';
import { ACTIVE, contradictions, INACTIVE, literalCount } from '../nap/nap.js';
import type { FollowerStatistics, NapOverlap, NapStatistics } from '../nap/nap-schema.js';
import { sharedLiterals } from '../nap/order.js';
import { type Network, neuronBlocks } from '../network/network.js';
import { classOf, type GroupingChoice } from './count-activations.js';
import { followers } from './follow.js';
import type { PatternTable } from './patterns.js';
import { wilson95 } from './wilson.js';

/** Indices of counterexamples kept per NAP; their number is always exact. */
export const KEPT_INDICES = 100;

/** The NAPs of one delta with all followers on one dataset. */
export interface Following {
  readonly table: PatternTable;
  /** By position of the NAP: 1 where the sample follows. */
  readonly follows: readonly Uint8Array[];
}

export function following(table: PatternTable, naps: readonly Nap[]): Following {
  return { table, follows: followers(table, naps) };
}

/**
 * Statistics of one NAP on one dataset.
 *
 * - recall: of the samples that the choice assigns to the class, the share that follows the NAP;
 * - otherClasses: followers whose label (or prediction, as grouped) is another class;
 * - classifiedOtherwise: followers, of any label, whose prediction is another class.
 * @param position of the NAP in the list that `data` was made from
 */
export function followerStatistics(
  nap: Nap,
  position: number,
  data: Following,
  choice: GroupingChoice,
): FollowerStatistics {
  const { table } = data;
  const follows = data.follows[position]!;
  const everyone: GroupingChoice = { grouping: choice.grouping, samples: 'all' };
  let members = 0;
  let recalled = 0;
  let others = 0;
  let otherwise = 0;
  const indices: number[] = [];
  for (let sample = 0; sample < table.count; sample++) {
    const label = table.labels[sample]!;
    const prediction = table.predictions[sample]!;
    const follower = follows[sample] === 1;
    if (classOf(label, prediction, choice) === nap.class) {
      members++;
      if (follower) recalled++;
    }
    if (!follower) continue;
    if (classOf(label, prediction, everyone) !== nap.class) others++;
    if (prediction === nap.class) continue;
    otherwise++;
    if (indices.length < KEPT_INDICES) indices.push(sample);
  }
  return {
    recall: wilson95(recalled, members),
    otherClasses: others,
    classifiedOtherwise: { count: otherwise, indices },
  };
}

/** Literals per pre-activation tensor, in the network's order, layers without literals included. */
export function literalsPerLayer(network: Network, nap: Nap): NapStatistics['layers'] {
  return neuronBlocks(network).map(({ tensor, offset, size }) => {
    const phases = nap.phases.subarray(offset, offset + size);
    return {
      tensor: tensor.name,
      neurons: size,
      active: phases.filter((phase) => phase === ACTIVE).length,
      inactive: phases.filter((phase) => phase === INACTIVE).length,
    };
  });
}

/** Overlap of all pairs of NAPs, in the order (0,1), (0,2), ..., (1,2), ... */
export function overlaps(naps: readonly Nap[], mining: Following, heldOut: Following | null): NapOverlap[] {
  return naps.flatMap((a, i) =>
    naps.slice(i + 1).map((b, offset): NapOverlap => {
      const j = i + 1 + offset;
      const opposed = contradictions(a.phases, b.phases).length;
      return {
        classes: [a.class, b.class],
        sharedLiterals: literalCount(sharedLiterals(a.phases, b.phases)),
        contradictions: opposed,
        disjoint: opposed > 0,
        miningFollowersOfBoth: countBoth(mining, i, j),
        heldOutFollowersOfBoth: heldOut === null ? null : countBoth(heldOut, i, j),
      };
    }),
  );
}

function countBoth({ follows }: Following, i: number, j: number): number {
  const second = follows[j]!;
  return follows[i]!.reduce((sum, follower, sample) => sum + (follower & second[sample]!), 0);
}
