/**
 * Recall of proved NAPs for each training recipe (models/recipes.py, models/compare.py). Needs ../shared for MNIST.
 *
 * `npx tsx test/bench/recipes.ts DIR [--deltas 0.99,0.95] [--timeout 10] [--json FILE]`: for every `RECIPE-SEED.onnx` in
 * DIR, NAPs are mined from the 60,000 training images (correctly classified ones) and non-misclassification is decided
 * for all classes over [0, 1]^784. Recall is counted on the 10,000 test images, as a share of the images of a class; a
 * class that is not proved counts 0. Appends one JSON line per model and delta, and skips what is there.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { coverage } from '../../src/api/coverage.js';
import { evaluate } from '../../src/api/evaluate.js';
import { mine } from '../../src/api/mine.js';
import { openModel } from '../../src/api/open-model.js';
import { examplesOf, openNaps } from '../../src/api/open-naps.js';
import { resolveClaims } from '../../src/api/verify/claims.js';
import { verify } from '../../src/api/verify/verify.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { renderTable } from './bench-table.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MNIST = join(ROOT, '..', 'shared', 'data', 'mnist');
const TRAIN = join(MNIST, 'train-images-idx3-ubyte.gz');
const TRAIN_LABELS = join(MNIST, 'train-labels-idx1-ubyte.gz');
const TEST = join(MNIST, 't10k-images-idx3-ubyte.gz');
const TEST_LABELS = join(MNIST, 't10k-labels-idx1-ubyte.gz');

interface Row {
  readonly recipe: string;
  readonly seed: number;
  readonly delta: string;
  readonly accuracy: number;
  readonly literals: number;
  /** Mean recall of the mined NAPs, proved or not. */
  readonly minedRecall: number;
  readonly proved: number;
  readonly violated: number;
  /** Mean over all classes, 0 for those not proved. */
  readonly provedRecall: number;
  readonly seconds: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    deltas: { type: 'string', default: '0.99,0.95' },
    timeout: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('usage: recipes.ts DIR');
const deltas = values.deltas.split(',');
const record = values.json ?? join(folder, 'recipes.jsonl');
mkdirSync(dirname(record), { recursive: true });

function recorded(): Row[] {
  if (!existsSync(record)) return [];
  return readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

async function judge(file: string, recipe: string, seed: number): Promise<void> {
  const path = join(folder!, file);
  const model = await openModel(path);
  const naps = (delta: string): string => join(folder!, `${recipe}-${seed}-${delta}.nap.json`);
  await mine({
    model: path,
    data: TRAIN,
    dataset: { labels: TRAIN_LABELS },
    deltas,
    grouping: 'label',
    samples: 'correct',
    allowEmptyClasses: true,
    output: naps('{delta}'),
  });
  const test = await evaluate({ model: path, data: TEST, dataset: { labels: TEST_LABELS } });
  for (const delta of deltas) {
    const start = performance.now();
    const opened = openNaps(naps(delta), model);
    const byClass = new Map(opened.naps.map((nap) => [nap.class, nap.phases]));
    const claims = await resolveClaims(model.network, [...byClass.keys()], null, {
      properties: ['non-misclassification'],
      classes: [...byClass.keys()],
      domain: { kind: 'box', lower: 0, upper: 1 },
    });
    const certificate = await verify({
      model: model.loaded,
      network: model.network,
      naps: { sha256: opened.sha256, byClass },
      dataset: await openDataset(TRAIN, { labels: TRAIN_LABELS }),
      claims,
      engine: 'bab',
      solver: 'highs',
      timeoutSeconds: Number(values.timeout),
      candidates: new Map(
        [...examplesOf(opened)].map(([label, point]) => [
          label,
          [{ point, source: 'example of the NAP file' }],
        ]),
      ),
    });
    const verdicts = new Map(
      certificate.predicate.properties.map(({ property, verdict }) => [
        'class' in property ? property.class : -1,
        verdict,
      ]),
    );
    const followed = await coverage({
      model: path,
      naps: naps(delta),
      data: TEST,
      dataset: { labels: TEST_LABELS },
    });
    const recall = followed.classes.map((row) => row.recall.count / row.recall.of);
    const row: Row = {
      recipe,
      seed,
      delta,
      accuracy: test.accuracy,
      literals: mean(followed.classes.map(({ active, inactive }) => active + inactive)),
      minedRecall: mean(recall),
      proved: [...verdicts.values()].filter((verdict) => verdict === 'holds').length,
      violated: [...verdicts.values()].filter((verdict) => verdict === 'violated').length,
      provedRecall: mean(
        followed.classes.map((_, i) =>
          verdicts.get(followed.classes[i]!.class) === 'holds' ? recall[i]! : 0,
        ),
      ),
      seconds: (performance.now() - start) / 1000,
    };
    appendFileSync(record, `${JSON.stringify(row)}\n`);
  }
}

for (const file of readdirSync(folder).sort()) {
  const match = /^(.+)-(\d+)\.onnx$/.exec(file);
  if (match === null) continue;
  const [recipe, seed] = [match[1]!, Number(match[2])];
  const done = recorded().filter((row) => row.recipe === recipe && row.seed === seed);
  if (deltas.every((delta) => done.some((row) => row.delta === delta))) continue;
  process.stderr.write(`${file}\n`);
  await judge(file, recipe, seed);
}

const percent = (value: number): string => (100 * value).toFixed(2);
const rows = recorded();
const groups = [...new Set(rows.map(({ recipe, delta }) => `${recipe} ${delta}`))];
console.log(
  renderTable(
    groups.map((group) => {
      const own = rows.filter(({ recipe, delta }) => `${recipe} ${delta}` === group);
      return {
        recipe: own[0]!.recipe,
        delta: own[0]!.delta,
        seeds: own.length,
        'accuracy %': percent(mean(own.map(({ accuracy }) => accuracy))),
        literals: Math.round(mean(own.map(({ literals }) => literals))),
        'mined recall %': percent(mean(own.map(({ minedRecall }) => minedRecall))),
        'proved of 10': own.map(({ proved }) => proved).join(' '),
        'violated of 10': own.map(({ violated }) => violated).join(' '),
        'proved recall %': percent(mean(own.map(({ provedRecall }) => provedRecall))),
      };
    }),
  ),
);
process.exit(0);
