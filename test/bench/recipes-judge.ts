/** One trained network of the recipes: its accuracy, and how many test images follow NAPs that are proved. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coverage } from '../../src/api/coverage.js';
import { evaluate } from '../../src/api/evaluate.js';
import { learn } from '../../src/api/learn/learn.js';
import { mine } from '../../src/api/mine.js';
import { verifyFiles } from '../../src/api/verify-files.js';

const MNIST = fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url));
const files = (part: string) => ({
  data: join(MNIST, `${part}-images-idx3-ubyte.gz`),
  labels: join(MNIST, `${part}-labels-idx1-ubyte.gz`),
});
const TRAIN = files('train');
const TEST = files('t10k');

export interface RecipeRow {
  readonly recipe: string;
  readonly seed: number;
  /** A delta, or `learned`. */
  readonly naps: string;
  readonly accuracy: number;
  /** Mean over the classes, as are the recalls. */
  readonly literals: number;
  /** Recall on the test images, proved or not. */
  readonly recall: number;
  readonly proved: number;
  readonly violated: number;
  /** 0 for the classes that are not proved. */
  readonly provedRecall: number;
  readonly byClass: readonly number[];
  readonly seconds: number;
}

export type Judged = Omit<RecipeRow, 'recipe' | 'seed' | 'accuracy'>;

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

export async function testAccuracy(model: string): Promise<number> {
  return (await evaluate({ model, data: TEST.data, dataset: { labels: TEST.labels } })).accuracy;
}

/** Mined at each delta, decided with so many seconds per class and competitor. */
export async function judgeMined(
  model: string,
  deltas: readonly string[],
  timeoutSeconds: number,
): Promise<Judged[]> {
  if (deltas.length === 0) return [];
  const base = model.replace(/\.onnx$/, '');
  const naps = (delta: string): string => `${base}-${delta}.nap.json`;
  await mine({
    model,
    data: TRAIN.data,
    dataset: { labels: TRAIN.labels },
    deltas,
    grouping: 'label',
    samples: 'correct',
    allowEmptyClasses: true,
    output: naps('{delta}'),
  });
  const rows: Judged[] = [];
  for (const delta of deltas) {
    const start = performance.now();
    // Training images that follow and get another class refute a NAP at once.
    const decided = await verifyFiles({
      model,
      naps: naps(delta),
      data: TRAIN.data,
      dataset: { labels: TRAIN.labels },
      claims: { properties: ['non-misclassification'] },
      engine: 'bab',
      solver: 'highs',
      timeoutSeconds,
      jobs: 1,
      output: `${base}-${delta}.cert.json`,
      fresh: true,
    });
    const seconds = (performance.now() - start) / 1000;
    const verdicts = new Map(decided.properties.map(({ id, verdict }) => [id, verdict]));
    const { classes } = await coverage({
      model,
      naps: naps(delta),
      data: TEST.data,
      dataset: { labels: TEST.labels },
    });
    const recall = classes.map((row) => row.recall.value ?? 0);
    const verdict = (label: number) => verdicts.get(`non-misclassification/${label}`);
    const byClass = classes.map((row, i) => (verdict(row.class) === 'holds' ? recall[i]! : 0));
    rows.push({
      naps: delta,
      literals: mean(classes.map(({ active, inactive }) => active + inactive)),
      recall: mean(recall),
      proved: classes.filter((row) => verdict(row.class) === 'holds').length,
      violated: classes.filter((row) => verdict(row.class) === 'violated').length,
      provedRecall: mean(byClass),
      byClass,
      seconds,
    });
  }
  return rows;
}

/** Learned in so many seconds for all classes together. */
export async function judgeLearned(model: string, seconds: number): Promise<Judged> {
  const base = model.replace(/\.onnx$/, '');
  const { classes, ...document } = await learn({
    model,
    data: TRAIN.data,
    dataset: { labels: TRAIN.labels },
    heldOut: { data: TEST.data, labels: TEST.labels },
    margin: 0.001,
    seconds,
    jobs: 1,
    naps: `${base}-learned.nap.json`,
    certificate: `${base}-learned.cert.json`,
    fresh: true,
  });
  const proved = classes.filter(({ verdict }) => verdict === 'proved');
  const byClass = classes.map((row) => (row.verdict === 'proved' ? (row.heldOut?.ofClass.value ?? 0) : 0));
  return {
    naps: 'learned',
    literals: proved.length === 0 ? 0 : mean(proved.map(({ literals }) => literals)),
    recall: mean(byClass),
    proved: proved.length,
    violated: 0,
    provedRecall: mean(byClass),
    byClass,
    seconds: document.seconds,
  };
}
