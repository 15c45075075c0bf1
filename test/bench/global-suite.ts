/**
 * The global suite: NAPs mined from the 60,000 MNIST training images (by label, correctly classified ones) of three
 * published classifiers, at four delta levels; every pair of classes over [0, 1]^784. 1080 obligations. Needs ../shared.
 *
 * `npx tsx test/bench/global-suite.ts [--networks 256x2,256x4] [--deltas 0.99,0.95] [--classes 0,7] [--timeout 60]
 * [--json FILE] [--verbose]`. Appends one JSON line per obligation to FILE (default out/global-suite/results.jsonl) and
 * skips what is there already, so that a long run can be done in parts. Prints the table of what was asked for.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mine } from '../../src/api/mine.js';
import { openModel } from '../../src/api/open-model.js';
import { examplesOf, openNaps } from '../../src/api/open-naps.js';
import { resolveClaims } from '../../src/api/verify/claims.js';
import { verify } from '../../src/api/verify/verify.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { renderTable } from './bench-table.js';
import { matMulGflops } from './calibrate.js';
import { rowsOf, type SuiteRow, summarize } from './global-suite-rows.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DATA = join(ROOT, '..', 'shared', 'data');
const OUT = join(ROOT, 'out', 'global-suite');
const IMAGES = join(DATA, 'mnist', 'train-images-idx3-ubyte.gz');
const LABELS = join(DATA, 'mnist', 'train-labels-idx1-ubyte.gz');
const DELTAS = ['1', '0.99', '0.95', '0.9'];

const { values } = parseArgs({
  options: {
    networks: { type: 'string', default: '256x4,256x6,256x2' },
    deltas: { type: 'string', default: DELTAS.join(',') },
    classes: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    competitors: { type: 'string' },
    timeout: { type: 'string', default: '60' },
    json: { type: 'string', default: join(OUT, 'results.jsonl') },
    verbose: { type: 'boolean', default: false },
  },
});
const list = (text: string): string[] => text.split(',').filter((word) => word !== '');
const networks = list(values.networks);
/** As the NAP files have them: 0.9 for 0.90. */
const deltas = list(values.deltas).map((delta) => `${Number(delta)}`);
const classes = list(values.classes).map(Number);
const competitors = values.competitors === undefined ? null : list(values.competitors).map(Number);
const timeoutSeconds = Number(values.timeout);

const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function recorded(): SuiteRow[] {
  if (!existsSync(values.json)) return [];
  return readFileSync(values.json, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SuiteRow);
}

const modelPath = (network: string): string => join(DATA, 'mnistfc', `mnist-net_${network}.onnx`);
const napPath = (network: string, delta: string): string => join(OUT, `${network}-${delta}.nap.json`);

/** All levels in one pass; nothing if they are there. */
async function mineIfNeeded(network: string): Promise<void> {
  if (DELTAS.every((delta) => existsSync(napPath(network, delta)))) return;
  const start = performance.now();
  await mine({
    model: modelPath(network),
    data: IMAGES,
    dataset: { labels: LABELS },
    deltas: DELTAS,
    grouping: 'label',
    samples: 'correct',
    output: napPath(network, '{delta}'),
  });
  note(`${network}: mined ${DELTAS.length} levels in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function decide(network: string, delta: string, done: readonly SuiteRow[]): Promise<void> {
  const left = classes.filter((label) => {
    const rows = done.filter((row) => row.class === label);
    const wanted = (competitors ?? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).filter((other) => other !== label);
    return wanted.some((other) => !rows.some((row) => row.competitor === other));
  });
  if (left.length === 0) return;
  const model = await openModel(modelPath(network));
  const naps = openNaps(napPath(network, delta), model);
  const byClass = new Map(naps.naps.map((nap) => [nap.class, nap.phases]));
  const dataset = await openDataset(IMAGES, { labels: LABELS });
  const claims = await resolveClaims(model.network, [...byClass.keys()], null, {
    properties: ['non-misclassification'],
    classes: left,
    ...(competitors === null ? {} : { competitors }),
    domain: { kind: 'box', lower: 0, upper: 1 },
  });
  const files = {
    model: model.loaded,
    network: model.network,
    naps: { sha256: naps.sha256, byClass },
    dataset,
  };
  const candidates = new Map(
    [...examplesOf(naps)].map(([label, point]) => [label, [{ point, source: 'example of the NAP file' }]]),
  );
  await verify(
    {
      model: model.loaded,
      network: model.network,
      naps: files.naps,
      dataset,
      claims,
      engine: 'bab',
      solver: 'highs',
      timeoutSeconds,
      candidates,
    },
    {
      ...(values.verbose ? { progress: { step: () => {}, note } } : {}),
      onCertificate: (certificate) => {
        const rows = rowsOf(files, { network, delta }, certificate);
        for (const row of rows) {
          appendFileSync(values.json, `${JSON.stringify(row)}\n`);
          if (values.verbose) note(JSON.stringify(row));
        }
        note(renderTable(summarize(rows)).trimEnd());
      },
    },
  );
}

mkdirSync(dirname(values.json), { recursive: true });
mkdirSync(OUT, { recursive: true });
const calibration = await matMulGflops();
note(`GEMM: ${calibration} GFLOP/s float32`);
for (const network of networks) {
  await mineIfNeeded(network);
  for (const delta of deltas) {
    const done = recorded().filter((row) => row.network === network && row.delta === delta);
    await decide(network, delta, done);
  }
}
const rows = recorded().filter(
  (row) => networks.includes(row.network) && deltas.includes(row.delta) && classes.includes(row.class),
);
console.log(renderTable(summarize(rows)));
process.exit(0);
