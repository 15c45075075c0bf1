/** Mining a published classifier and comparing with its authors' pattern files; shared by script and test. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { splitSamples } from '../../src/dataset/split.js';
import { type CoverageTable, coverageTable } from '../../src/mining/coverage.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import type { Proportion } from '../../src/mining/wilson.js';
import { parseDelta } from '../../src/nap/delta.js';
import { ACTIVE, INACTIVE, type Nap } from '../../src/nap/nap.js';
import { lowerModel } from '../../src/network/lower.js';
import { loadModel } from '../../src/onnx/load-model.js';
import { mineNaps } from '../helpers/mine-naps.js';
import type { PublishedCoverage, PublishedModel } from './published-figures.js';

const shared = join(fileURLToPath(new URL('../..', import.meta.url)), '..', 'shared', 'data');
export const hasPublishedFiles = existsSync(join(shared, 'mnistfc')) && existsSync(join(shared, 'mnist'));

export interface Comparison {
  readonly model: string;
  readonly training: {
    readonly samples: number;
    readonly recountedExactly: number;
    readonly seconds: number;
  };
  readonly accuracy: number;
  readonly coverage: Readonly<Record<string, CoverageTable>>;
  readonly naps: Readonly<Record<string, readonly Nap[]>>;
  /** What differs from the publication, in words; empty if nothing does. */
  readonly differences: readonly string[];
}

const mnist = (name: string) => join(shared, 'mnist', `${name}-ubyte.gz`);

/** Mines as the authors did for the given r (all of the model's unless named) and compares everything known. */
export async function comparePublished(
  model: PublishedModel,
  rates = Object.keys(model.coverage).sort(),
): Promise<Comparison> {
  const network = lowerModel(await loadModel(join(shared, 'mnistfc', `${model.name}.onnx`)));
  const images = await openDataset(mnist('train-images-idx3'), { labels: mnist('train-labels-idx1') });
  const training = splitSamples(images, model.split);
  const testing = await openDataset(mnist('t10k-images-idx3'), { labels: mnist('t10k-labels-idx1') });
  const differences: string[] = [];
  const same = (what: string, found: unknown, expected: unknown): void => {
    if (expected === undefined || JSON.stringify(found) === JSON.stringify(expected)) return;
    differences.push(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  };

  const start = performance.now();
  const mining = await mineNaps(
    network,
    training,
    rates.map((r) => parseDelta(model.coverage[r]!.delta)),
    { grouping: 'label', samples: model.samples },
  );
  const seconds = Number(((performance.now() - start) / 1000).toFixed(2));
  const table = await recordPatterns(network, testing);
  const correct = table.predictions.filter((prediction, i) => prediction === table.labels[i]).length;
  same('accuracy', correct / table.count, model.accuracy);

  const coverage: Record<string, CoverageTable> = {};
  const naps: Record<string, readonly Nap[]> = {};
  rates.forEach((r, i) => {
    const mined = mining.results[i]!;
    naps[r] = mined.naps;
    compareLiterals(model.name, r, mined.naps, mined.support, same);
    coverage[r] = coverageTable(network, mined.naps, table);
    compareCoverage(`r=${r}`, coverage[r], model.coverage[r]!, same);
  });
  return {
    model: model.name,
    training: { samples: training.count, recountedExactly: mining.recounted, seconds },
    accuracy: correct / table.count,
    coverage,
    naps,
    differences,
  };
}

type Same = (what: string, found: unknown, expected: unknown) => void;

/** A pattern file lists the neurons with a literal and in how many images of the class each is active. */
function compareLiterals(
  model: string,
  r: string,
  naps: readonly Nap[],
  support: Int32Array,
  same: Same,
): void {
  const path = join(shared, 'nap-patterns', `${model}_r${r}.json`);
  const file = JSON.parse(readFileSync(path, 'utf8')) as Record<
    string,
    { stable_idx: number[]; val: number[] }
  >;
  same(
    `r=${r}: classes`,
    naps.map((nap) => String(nap.class)),
    Object.keys(file).sort(),
  );
  for (const nap of naps) {
    const { stable_idx, val } = file[String(nap.class)]!;
    const published = new Int8Array(nap.phases.length);
    stable_idx.forEach((neuron, i) => {
      published[neuron] = 2 * val[i]! > support[nap.class]! ? ACTIVE : INACTIVE;
    });
    const differing = [...published.keys()].filter((neuron) => published[neuron] !== nap.phases[neuron]);
    same(`r=${r} class ${nap.class}: neurons whose literal differs`, differing, []);
  }
}

function compareCoverage(r: string, table: CoverageTable, expected: PublishedCoverage, same: Same): void {
  const { rows } = table;
  // Halves round up: 7535 of 10,000 is 75.4 %.
  const percent = ({ count, of }: Proportion) => Math.round((1000 * count) / of) / 10;
  const sizes = rows.map(({ active, inactive }) => active + inactive);
  const pairs = typeof expected.literals?.[0] === 'object';
  same(
    `${r} literals`,
    pairs ? rows.map(({ active, inactive }) => [active, inactive]) : sizes,
    expected.literals,
  );
  same(`${r} range of literals`, [Math.min(...sizes), Math.max(...sizes)], expected.literalRange);
  same(
    `${r} recall`,
    rows.map(({ recall }) => recall.count),
    expected.recallCounts,
  );
  same(
    `${r} recall in per cent`,
    rows.map(({ recall }) => percent(recall)),
    expected.recallPercent,
  );
  same(`${r} recall of all in per cent`, percent(table.recall), expected.totalRecallPercent);
  same(
    `${r} other`,
    rows.map(({ other }) => other),
    expected.other,
  );
  same(`${r} other of all`, table.other, expected.totalOther);
  same(`${r} wrong of all`, table.wrong, expected.totalWrong);
  same(
    `${r} wrong`,
    rows.flatMap((row) => row.wrongIndices.map((index) => [index, row.class])),
    expected.wrong,
  );
  same(`${r} disjoint pairs`, table.disjointPairs.count, expected.disjoint);
}
