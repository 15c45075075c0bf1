/** Tiny classifiers with data, and what is true of every set of literals by enumeration. */
import { createDataset } from '../../src/dataset/dataset.js';
import { type PatternTable, recordPatterns } from '../../src/mining/patterns.js';
import type { Phases } from '../../src/nap/nap.js';
import type { Network } from '../../src/network/network.js';
import type { Box, Obligation } from '../../src/obligation/obligation.js';
import { bruteForce } from '../helpers/brute-force.js';
import { denseRows, linear, network, relu } from '../helpers/layers.js';
import { seeded } from '../helpers/random.js';

export const BOX: Box = { lower: Float64Array.of(-2, -2), upper: Float64Array.of(2, 2) };
export const DOMAIN = { kind: 'box', lower: -2, upper: 2 } as const;

/** Two inputs, four neurons, three classes, small integer weights. */
export function randomClassifier(seed: number): Network {
  const random = seeded(seed);
  const rows = (count: number, width: number) =>
    denseRows(Array.from({ length: count }, () => Array.from({ length: width }, () => random.int(-2, 2))));
  const bias = (count: number) => Array.from({ length: count }, () => random.int(-1, 1));
  return network(
    [2, 4, 4, 3],
    [linear([0], 1, rows(4, 2), bias(4)), relu(1, 2), linear([2], 3, rows(3, 4), bias(3))],
  );
}

/** A grid of inputs, labelled as the network classifies them, but for every seventh. */
export async function gridTable(net: Network): Promise<PatternTable> {
  const points: number[] = [];
  for (let x = -2; x <= 2; x += 0.25) for (let y = -2; y <= 2; y += 0.25) points.push(x, y);
  const make = (labels: Int32Array) =>
    createDataset({
      name: 'grid',
      format: 'csv',
      featureShape: [2],
      labels,
      classes: 3,
      samples: { kind: 'numbers', data: Float64Array.from(points) },
      scaling: 'none',
      files: [{ role: 'data', sha256: `grid-${points.length}` }],
    });
  const { predictions } = await recordPatterns(net, make(new Int32Array(points.length / 2)));
  return recordPatterns(net, make(predictions.map((label, i) => (i % 7 === 3 ? (label + 1) % 3 : label))));
}

export function question(phases: Phases, label: number, competitor: number): Obligation {
  const terms = [
    { output: competitor, coefficient: 1 },
    { output: label, coefficient: -1 },
  ];
  return {
    kind: 'obligation',
    id: 'q',
    box: BOX,
    naps: [phases],
    outputs: [{ terms, bound: 0 }],
    digest: '',
  };
}

/** No input of the box that follows the closed literals gets another class or a tie, exactly. */
export function isTrue(net: Network, label: number, phases: Phases): boolean {
  return [0, 1, 2]
    .filter((k) => k !== label)
    .every((k) => bruteForce(net, question(phases, label, k)).kind === 'empty');
}
