/** Verdicts about pairs of classes as a triangle. */
import type { VerifiedProperty } from '../documents/verify.js';
import { table } from '../table.js';
import { verdictText } from '../verdict-style.js';

/** Rows and columns are classes; a pair that was not decided is empty. */
export function pairGrid(classes: readonly number[], properties: readonly VerifiedProperty[]): string {
  const verdicts = new Map(properties.map(({ id, verdict }) => [id, verdict]));
  return table(
    [{ title: '', align: 'right' }, ...classes.slice(1).map((label) => ({ title: `${label}` }))],
    classes.slice(0, -1).map((a) => [
      `${a}`,
      ...classes.slice(1).map((b) => {
        const verdict = verdicts.get(`non-ambiguity/${a}-${b}`);
        return verdict === undefined ? '' : verdictText(verdict);
      }),
    ]),
  );
}
