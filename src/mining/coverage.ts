/** Coverage of NAPs on labelled data: one row per NAP, and totals. */
import { contradictions, type Nap } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { PatternTable } from './patterns.js';
import { followerStatistics, following, KEPT_INDICES, literalsPerLayer } from './statistics.js';
import { type Proportion, wilson95 } from './wilson.js';

export interface CoverageRow {
  readonly class: number;
  readonly active: number;
  readonly inactive: number;
  /** Samples labelled with the class that follow the NAP, of all samples with that label. */
  readonly recall: Proportion;
  /** Samples of other labels that follow the NAP. */
  readonly other: number;
  /** Followers of any label that the network puts in another class: counterexamples. */
  readonly wrong: number;
  /** The first of them, as sample indices. */
  readonly wrongIndices: readonly number[];
}

export interface CoverageTable {
  readonly kind: 'coverage';
  readonly samples: number;
  readonly rows: readonly CoverageRow[];
  /** Samples that follow the NAP of their own label, of all samples. */
  readonly recall: Proportion;
  readonly other: number;
  readonly wrong: number;
  /** Pairs of NAPs that contradict each other in at least one neuron, of all pairs. */
  readonly disjointPairs: { readonly count: number; readonly of: number };
  /** Samples that follow no NAP at all: nothing proved about NAPs says anything about them. */
  readonly uncovered: number;
}

/** Always by dataset label and over all samples, however the NAPs were mined. */
export function coverageTable(network: Network, naps: readonly Nap[], table: PatternTable): CoverageTable {
  const data = following(table, naps);
  const rows = naps.map((nap, position): CoverageRow => {
    const statistics = followerStatistics(nap, position, data, { grouping: 'label', samples: 'all' });
    const layers = literalsPerLayer(network, nap);
    return {
      class: nap.class,
      active: layers.reduce((sum, layer) => sum + layer.active, 0),
      inactive: layers.reduce((sum, layer) => sum + layer.inactive, 0),
      recall: statistics.recall,
      other: statistics.otherClasses,
      wrong: statistics.classifiedOtherwise.count,
      wrongIndices: statistics.classifiedOtherwise.indices.slice(0, KEPT_INDICES),
    };
  });
  const total = (of: (row: CoverageRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  let uncovered = 0;
  for (let sample = 0; sample < table.count; sample++) {
    if (data.follows.every((follows) => follows[sample] === 0)) uncovered++;
  }
  return {
    kind: 'coverage',
    samples: table.count,
    rows,
    recall: wilson95(
      total((row) => row.recall.count),
      table.count,
    ),
    other: total((row) => row.other),
    wrong: total((row) => row.wrong),
    disjointPairs: disjointPairs(naps),
    uncovered,
  };
}

function disjointPairs(naps: readonly Nap[]): { count: number; of: number } {
  let count = 0;
  naps.forEach((a, i) => {
    for (const b of naps.slice(i + 1)) if (contradictions(a.phases, b.phases).length > 0) count++;
  });
  return { count, of: (naps.length * (naps.length - 1)) / 2 };
}
