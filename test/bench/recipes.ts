/**
 * Recall of proved NAPs for each training recipe (models/recipes.py, models/compare.py). Needs ../shared for MNIST.
 *
 * `npx tsx test/bench/recipes.ts DIR [--deltas 0.99] [--timeout 10] [--learn 120] [--json FILE]`: for every
 * `RECIPE-SEED.onnx` in DIR, NAPs are mined from the 60,000 training images (correctly classified ones), and
 * non-misclassification is decided for all classes over [0, 1]^784; then NAPs are learned from the same images for so many
 * seconds (0: not at all). Recall is counted on the 10,000 test images, as a share of the images of a class; a class that
 * is not proved counts 0. Appends one JSON line per model and kind of NAP, and skips what is there.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from './bench-table.js';
import { judgeLearned, judgeMined, type RecipeRow, testAccuracy } from './recipes-judge.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    deltas: { type: 'string', default: '0.99' },
    timeout: { type: 'string', default: '10' },
    learn: { type: 'string', default: '120' },
    json: { type: 'string' },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('usage: recipes.ts DIR');
const deltas = values.deltas.split(',').filter((delta) => delta !== '');
const record = values.json ?? join(folder, 'recipes.jsonl');
mkdirSync(dirname(record), { recursive: true });

function recorded(): RecipeRow[] {
  if (!existsSync(record)) return [];
  return readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecipeRow);
}

async function judge(file: string, recipe: string, seed: number): Promise<void> {
  const path = join(folder!, file);
  const done = new Set(
    recorded()
      .filter((row) => row.recipe === recipe && row.seed === seed)
      .map(({ naps }) => naps),
  );
  const missing = deltas.filter((delta) => !done.has(delta));
  const learning = Number(values.learn) > 0 && !done.has('learned');
  if (missing.length === 0 && !learning) return;
  process.stderr.write(`${file}\n`);
  const accuracy = await testAccuracy(path);
  const add = (row: Omit<RecipeRow, 'recipe' | 'seed' | 'accuracy'>): void =>
    appendFileSync(record, `${JSON.stringify({ recipe, seed, accuracy, ...row })}\n`);
  if (learning) add(await judgeLearned(path, Number(values.learn)));
  for (const row of await judgeMined(path, missing, Number(values.timeout))) add(row);
}

for (const file of readdirSync(folder).sort()) {
  const match = /^(.+)-(\d+)\.onnx$/.exec(file);
  if (match !== null) await judge(file, match[1]!, Number(match[2]));
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const percent = (value: number): string => (100 * value).toFixed(2);
const rows = recorded();
const groups = [...new Set(rows.map(({ recipe, naps }) => `${recipe} ${naps}`))];
console.log(
  renderTable(
    groups.map((group) => {
      const own = rows.filter(({ recipe, naps }) => `${recipe} ${naps}` === group);
      const proved = own.map(({ provedRecall }) => provedRecall);
      return {
        recipe: own[0]!.recipe,
        NAPs: own[0]!.naps,
        seeds: own.length,
        'accuracy %': percent(mean(own.map(({ accuracy }) => accuracy))),
        literals: Math.round(mean(own.map(({ literals }) => literals))),
        'recall %': percent(mean(own.map(({ recall }) => recall))),
        'proved of 10': own.map((row) => row.proved).join(' '),
        'violated of 10': own.map(({ violated }) => violated).join(' '),
        'proved recall %': percent(mean(proved)),
        'lowest seed': percent(Math.min(...proved)),
      };
    }),
  ),
);
process.exit(0);
