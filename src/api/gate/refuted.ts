/** Why a property is violated, in terms of its input: which point, what the model makes of it, where its picture is. */
import type { ObligationResult, Replay } from '../../certificate/certificate.js';
import { elementAt } from '../../checker/exact/dyadic-vector.js';
import { evaluateExact, exactLogits } from '../../checker/exact/evaluate.js';
import { decimalText } from '../../checker/exact/rational-text.js';
import type { Network } from '../../network/network.js';
import { counted, short } from '../../report/format.js';
import { inQuotes } from '../../report/stated.js';

/** How the engines name what they looked through; all else is a sample of the data or an example of the NAP file. */
const SEARCHES: ReadonlySet<string> = new Set([
  'branch and bound',
  'gradient search',
  'input splitting',
  'glpk',
  'highs',
]);

/** A sample of data is named by the name of the data and its number: `mnist#1234`. */
const SAMPLE = /^(.+)#(\d+)$/;

/**
 * `sample 1234 of the data ("mnist") refutes non-misclassification/8/1: logit of class 1 7.2, of class 8 6.9; picture: ...`. The point
 * is checked and its logits are computed here; where it came from is the author's word, which stands in quotes.
 * @param label class that the property claims; null where it claims none
 */
export function refuted(
  network: Network,
  label: number | null,
  id: string,
  { source, point }: Replay,
  picture: string | null,
  own: readonly ObligationResult[],
): string {
  const others = own.filter(({ evidence }) => evidence.kind === 'counterexample').length - 1;
  const more = others > 0 ? ` (and ${counted(others, 'other obligation')})` : '';
  const place = picture === null ? '' : `; picture: ${picture}`;
  return `${pointText(source)} refutes ${id}${more}${leaders(network, point, label)}${place}`;
}

function pointText(source: string): string {
  const [, data, sample] = SAMPLE.exec(source) ?? [];
  if (data !== undefined) return `sample ${sample} of the data (${inQuotes(data)})`;
  return SEARCHES.has(source)
    ? `a point of the region, found by ${source},`
    : `a point (${inQuotes(source)})`;
}

/** The largest logit of the exact network and that of the class that was claimed, else the two largest; evaluated here. Empty where there are none to compare. */
function leaders(network: Network, point: readonly number[], own: number | null): string {
  const logits = exactLogits(network, evaluateExact(network, Float64Array.from(point)));
  const values = logits.num.map((_, label) => Number(decimalText(elementAt(logits, label), 17)));
  if (values.length < 2 || !values.every(Number.isFinite)) return '';
  const order = values.map((_, label) => label).sort((a, b) => values[b]! - values[a]! || a - b);
  const first = order[0]!;
  const second = own === null || own === first ? order[1]! : own;
  return `: logit of class ${first} ${short(values[first]!)}, of class ${second} ${short(values[second]!)}`;
}
