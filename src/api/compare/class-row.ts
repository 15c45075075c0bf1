/** One class in both NAP files. */
import { followerStatistics } from '../../mining/statistics.js';
import { contradictions, literalCount, type Phases } from '../../nap/nap.js';
import { refines, sharedLiterals } from '../../nap/order.js';
import { neuronBlocks } from '../../network/network.js';
import type { CompareDocument } from '../../report/documents/compare.js';
import type { Side } from './compare.js';

type ClassRow = CompareDocument['classes'][number];

/** Literals, recall and verdicts of one class on both sides. */
export function classRow(label: number, a: Side, b: Side, sameModel: boolean): Omit<ClassRow, 'inclusions'> {
  const { network } = a.model;
  const neurons = neuronBlocks(network).reduce((sum, { size }) => sum + size, 0);
  const [first, second] = [a.byClass.get(label), b.byClass.get(label)];
  const empty = new Int8Array(neurons);
  const [pa, pb] = [first ?? empty, second ?? empty];
  const shared = sharedLiterals(pa, pb);
  const both = literalCount(shared);
  const [fa, fb] = [a.follows.get(label), b.follows.get(label)];
  return {
    class: label,
    a: sideOfClass(label, a),
    b: sideOfClass(label, b),
    shared: both,
    lost: literalCount(pa) - both,
    gained: literalCount(pb) - both,
    reversed: contradictions(pa, pb).length,
    layers: neuronBlocks(network).map(({ tensor, offset, size }) => {
      const count = (phases: Phases) => literalCount(phases.subarray(offset, offset + size));
      return {
        tensor: tensor.name,
        shared: count(shared),
        lost: count(pa) - count(shared),
        gained: count(pb) - count(shared),
      };
    }),
    regions: first === undefined || second === undefined ? 'not-shown' : regions(pa, pb, sameModel),
    followersOfBoth:
      fa === undefined || fb === undefined ? null : fa.reduce((sum, value, i) => sum + (value & fb[i]!), 0),
  };
}

/** More literals make a smaller region, on one model; literals of two models say nothing about each other's regions. */
function regions(a: Phases, b: Phases, sameModel: boolean): ClassRow['regions'] {
  if (!sameModel) return 'other-model';
  const [aInB, bInA] = [refines(a, b), refines(b, a)];
  if (aInB && bInA) return 'equal';
  if (aInB) return 'a-in-b';
  if (bInA) return 'b-in-a';
  return contradictions(a, b).length > 0 ? 'disjoint' : 'not-shown';
}

function sideOfClass(label: number, side: Side): ClassRow['a'] {
  const phases = side.byClass.get(label);
  if (phases === undefined) return null;
  const base = { literals: literalCount(phases), verdict: side.verdicts.get(label) ?? null };
  const { table } = side;
  if (table === null) return { ...base, recall: null, otherFollowers: null, counterexamples: null };
  const nap = { kind: 'nap' as const, class: label, phases };
  const data = { table, follows: [side.follows.get(label)!] };
  const statistics = followerStatistics(nap, 0, data, { grouping: 'label', samples: 'all' });
  return {
    ...base,
    recall: statistics.recall,
    otherFollowers: statistics.otherClasses,
    counterexamples: statistics.classifiedOtherwise.count,
  };
}
