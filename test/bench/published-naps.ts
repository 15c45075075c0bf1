/**
 * Mines the published 256x4 and 256x6 MNIST classifiers as their authors did and compares literals and
 * coverage with the published ones. Needs ../shared; run with `npx tsx test/bench/published-naps.ts [MODEL]`.
 * Prints JSON; exit code 1 on any difference.
 */
import { comparePublished } from './published-comparison.js';
import { PUBLISHED } from './published-figures.js';

const wanted = process.argv[2];
const models = PUBLISHED.filter(({ name }) => wanted === undefined || name === wanted);
if (models.length === 0) throw new Error(`one of ${PUBLISHED.map(({ name }) => name).join(', ')}`);
const reports = [];
let differences = 0;
for (const model of models) {
  const { naps: _, coverage, ...rest } = await comparePublished(model);
  differences += rest.differences.length;
  reports.push({
    ...rest,
    coverage: Object.entries(coverage).map(([r, table]) => ({
      r,
      recall: table.recall.count,
      other: table.other,
      wrong: table.wrong,
      uncovered: table.uncovered,
      disjointPairs: table.disjointPairs.count,
      classes: table.rows.map(
        (row) =>
          `${row.class}: ${row.active}/${row.inactive} literals, recall ${row.recall.count}/${row.recall.of}, ` +
          `other ${row.other}, wrong ${row.wrong}`,
      ),
    })),
  });
}
console.log(JSON.stringify(reports, null, 2));
process.exitCode = differences > 0 ? 1 : 0;
