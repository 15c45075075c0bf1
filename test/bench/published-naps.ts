/**
 * Mines the published 256x4 MNIST classifier and compares with its authors' pattern files and with the
 * coverage measured for them. Needs ../shared; run with `npx tsx test/bench/published-naps.ts`.
 * Prints JSON; exit code 1 on any difference.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { type CoverageTable, coverageTable } from '../../src/mining/coverage.js';
import { mineNaps } from '../../src/mining/mine.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import { parseDelta } from '../../src/nap/delta.js';
import { ACTIVE, contradictions, INACTIVE, type Nap } from '../../src/nap/nap.js';
import { lowerModel } from '../../src/network/lower.js';
import { loadModel } from '../../src/onnx/load-model.js';

const shared = join(fileURLToPath(new URL('../..', import.meta.url)), '..', 'shared', 'data');
const model = process.argv[2] ?? 'mnist-net_256x4';

/** Coverage on the 10,000 test images, by allowed exception rate r = 1 - delta. Wrong: [sample, class of the NAP]. */
const EXPECTED: Record<
  string,
  {
    literals: number[] | [number, number][];
    recall: number[];
    other: number[];
    wrong: [number, number][] | null;
    disjoint: number;
  }
> = {
  '0': {
    literals: [512, 511, 432, 468, 494, 474, 525, 488, 461, 469],
    recall: [99.7, 99.7, 99.2, 99.8, 99.8, 99.6, 98.9, 99.8, 99.2, 99.2],
    other: [1639, 760, 2639, 4526, 3429, 4677, 1717, 3509, 692, 5558],
    wrong: null,
    disjoint: 0,
  },
  '0.01': {
    literals: [
      [16, 730],
      [10, 731],
      [9, 624],
      [5, 693],
      [16, 690],
      [15, 668],
      [12, 691],
      [12, 692],
      [11, 704],
      [6, 680],
    ],
    recall: [775, 959, 792, 789, 766, 677, 726, 809, 696, 829],
    other: [1, 0, 4, 2, 3, 1, 4, 2, 3, 5],
    wrong: [
      [2174, 3],
      [6174, 3],
      [3388, 9],
      [4154, 9],
    ],
    disjoint: 44,
  },
  '0.05': {
    literals: [
      [31, 821],
      [18, 801],
      [16, 790],
      [21, 827],
      [23, 807],
      [28, 785],
      [22, 791],
      [23, 823],
      [16, 846],
      [19, 838],
    ],
    recall: [376, 456, 261, 320, 259, 226, 200, 357, 192, 277],
    other: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    wrong: [],
    disjoint: 45,
  },
};
const DELTAS: Record<string, string> = { '0': '1', '0.01': '0.99', '0.05': '0.95', '0.15': '0.85' };

const differences: string[] = [];
function same(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) differences.push(`${what}: expected ${b?.slice(0, 300)}, found ${a?.slice(0, 300)}`);
}

/** Literals of a pattern file; `val` counts the images of the class in which the neuron is active. */
function publishedPhases(r: string, label: number, support: number, neurons: number): Int8Array {
  const file = JSON.parse(
    readFileSync(join(shared, 'nap-patterns', `${model}_r${r}.json`), 'utf8'),
  ) as Record<string, { stable_idx: number[]; val: number[] }>;
  const phases = new Int8Array(neurons);
  const { stable_idx, val } = file[String(label)]!;
  stable_idx.forEach((neuron, i) => {
    phases[neuron] = 2 * val[i]! > support ? ACTIVE : INACTIVE;
  });
  return phases;
}

function compareCoverage(r: string, table: CoverageTable, naps: readonly Nap[]): void {
  const expected = EXPECTED[r];
  if (expected === undefined || model !== 'mnist-net_256x4') return;
  const { rows } = table;
  const percent = (share: number) => Number((100 * share).toFixed(1));
  same(
    `r=${r} literals`,
    rows.map(({ active, inactive }) => (r === '0' ? active + inactive : [active, inactive])),
    expected.literals,
  );
  same(
    `r=${r} recall`,
    rows.map(({ recall }) => (r === '0' ? percent(recall.value!) : recall.count)),
    expected.recall,
  );
  same(
    `r=${r} other`,
    rows.map(({ other }) => other),
    expected.other,
  );
  same(`r=${r} disjoint pairs`, table.disjointPairs.count, expected.disjoint);
  if (expected.wrong !== null) {
    const wrong = rows.flatMap((row) => row.wrongIndices.map((index) => [index, row.class]));
    same(`r=${r} wrong`, wrong, expected.wrong);
  }
  if (r === '0.01') {
    const touching = naps.flatMap((a, i) =>
      naps
        .slice(i + 1)
        .filter((b) => contradictions(a.phases, b.phases).length === 0)
        .map((b) => [a.class, b.class]),
    );
    same('r=0.01 pairs without contradiction', touching, [[2, 3]]);
  }
}

const seconds = (since: number) => Number(((performance.now() - since) / 1000).toFixed(2));
const loaded = await loadModel(join(shared, 'mnistfc', `${model}.onnx`));
const network = lowerModel(loaded);
const mnist = (name: string) => join(shared, 'mnist', `${name}-ubyte.gz`);
const training = await openDataset(mnist('train-images-idx3'), { labels: mnist('train-labels-idx1') });
const testing = await openDataset(mnist('t10k-images-idx3'), { labels: mnist('t10k-labels-idx1') });

const rates = Object.keys(DELTAS).sort();
const miningStart = performance.now();
const mining = await mineNaps(
  network,
  training,
  rates.map((r) => parseDelta(DELTAS[r]!)),
  { grouping: 'label', samples: 'all' },
);
const miningSeconds = seconds(miningStart);
const table = await recordPatterns(network, testing);
const accuracy =
  table.predictions.reduce((sum, prediction, i) => sum + Number(prediction === table.labels[i]), 0) /
  table.count;

const coverage: Record<string, CoverageTable> = {};
rates.forEach((r, i) => {
  const { naps, support } = mining.results[i]!;
  if (model === 'mnist-net_256x4') {
    for (const nap of naps) {
      const published = publishedPhases(r, nap.class, support[nap.class]!, nap.phases.length);
      const differing = [...published.keys()].filter((neuron) => published[neuron] !== nap.phases[neuron]);
      same(`r=${r} class ${nap.class}: neurons that differ from the published file`, differing, []);
    }
  }
  coverage[r] = coverageTable(network, naps, table);
  compareCoverage(r, coverage[r], naps);
});
if (model === 'mnist-net_256x4') same('accuracy', accuracy, 0.9764);

const report = {
  model,
  training: { samples: training.count, recountedExactly: mining.recounted, seconds: miningSeconds },
  testing: { samples: table.count, recountedExactly: table.recounted, accuracy },
  coverage: Object.fromEntries(
    Object.entries(coverage).map(([r, { rows, recall, other, wrong, disjointPairs, uncovered }]) => [
      r,
      {
        recall: recall.count,
        other,
        wrong,
        disjointPairs: `${disjointPairs.count} of ${disjointPairs.of}`,
        uncovered,
        rows: rows.map((row) => [
          row.class,
          `${row.active}/${row.inactive}`,
          row.recall.count,
          row.other,
          row.wrong,
        ]),
      },
    ]),
  ),
  differences,
};
console.log(JSON.stringify(report, null, 2));
process.exitCode = differences.length > 0 ? 1 : 0;
