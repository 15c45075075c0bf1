/**
 * Non-misclassification on published MNIST classifiers with their authors' patterns, proved and re-checked, against what
 * is known of them. Needs ../shared. One JSON line per class; exit code 1 if anything differs.
 *
 * `npx tsx test/bench/published-proofs.ts [256x4 r=0.05 ...] [--timeout S]`: verdicts over [0, 1]^784.
 * `npx tsx test/bench/published-proofs.ts --exact [...]`: exact margins over all inputs, by the checker.
 */
import { parseArgs } from 'node:util';
import { type ClassRow, proveAndCheck, rounded } from './prove-and-check.js';
import { type ExpectedMargins, type ExpectedVerdicts, MARGINS, VERDICTS } from './published-expectations.js';
import { openPublished } from './published-files.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    exact: { type: 'boolean', default: false },
    timeout: { type: 'string' },
    classes: { type: 'string' },
  },
});
const exact = values.exact;
const timeoutSeconds = Number(values.timeout ?? (exact ? 60 : 30));
const only = values.classes?.split(',').map(Number);
const wanted = pairs(positionals);
const chosen = <T extends { readonly net: string; readonly r: string }>(list: readonly T[]): T[] =>
  list.filter(({ net, r }) => wanted.length === 0 || wanted.some((pair) => pair[0] === net && pair[1] === r));

/** `256x4 r=0.05 r=0.01 256x6 r=0.05` as pairs of network and r. */
function pairs(words: readonly string[]): (readonly [string, string])[] {
  let net = '256x4';
  return words.flatMap((word) => {
    if (word.startsWith('r=')) return [[net, word.slice(2)] as const];
    net = word;
    return [];
  });
}

const print = (line: Readonly<Record<string, unknown>>): void => console.log(JSON.stringify(line));

function faultOfVerdict({ holds, violated }: ExpectedVerdicts, row: ClassRow): string | null {
  if (holds.includes(row.class)) {
    return row.verdict === 'holds' && row.check === 'valid' ? null : 'expected: holds, and valid';
  }
  const images = violated[row.class];
  if (images === undefined) {
    const bracketed = row.undecided.every((text) => !text.includes('[-inf'));
    return row.verdict !== 'unknown' || bracketed ? null : 'expected: decided, or unknown with a bracket';
  }
  const known = row.sources.some((source) => images.some((image) => source.endsWith(`#${image}`)));
  return row.verdict === 'violated' && known
    ? null
    : `expected: violated by one of the images ${images.join(', ')}`;
}

function faultOfMargin({ margins }: ExpectedMargins, row: ClassRow): string | null {
  if (row.verdict !== 'holds' || row.check !== 'valid') return 'expected: holds, and valid';
  return row.margin !== null && sameDigits(row.margin, margins[row.class]!)
    ? null
    : `expected: ${margins[row.class]}`;
}

/** Four digits are shown, rounded or cut off. */
function sameDigits(margin: number, digits: string): boolean {
  return margin.toFixed(4) === digits || (Math.floor(margin * 1e4) / 1e4).toFixed(4) === digits;
}

const rows: ClassRow[] = [];
let faults = 0;
const selected = exact ? chosen(MARGINS) : chosen(VERDICTS);
if (selected.length === 0) throw new Error('nothing is known of these');
for (const expected of selected) {
  const { net, r } = expected;
  const files = await openPublished(net, r);
  const listed =
    'margins' in expected ? Object.keys(expected.margins).map(Number) : [...files.naps.byClass.keys()];
  const classes = listed.filter((label) => only === undefined || only.includes(label));
  const options = { classes, unbounded: exact, exactMargin: exact, timeoutSeconds };
  const found = await proveAndCheck(files, options, (row) => {
    const fault = 'margins' in expected ? faultOfMargin(expected, row) : faultOfVerdict(expected, row);
    if (fault !== null) faults++;
    const margin = 'margins' in expected ? { expectedMargin: expected.margins[row.class] } : {};
    print({ net, r, ...row, ...margin, ...(fault === null ? {} : { fault }) });
  });
  rows.push(...found);
}
const sum = (key: 'proveSeconds' | 'checkSeconds' | 'leaves' | 'proofBytes'): number =>
  rounded(rows.reduce((total, row) => total + row[key], 0));
// Only what is proved compares finding with checking: an undecided obligation has nothing to check.
const proved = rows.filter(({ verdict }) => verdict === 'holds');
const time = (key: 'proveSeconds' | 'checkSeconds'): number =>
  proved.reduce((total, row) => total + row[key], 0);
print({
  summary: true,
  classes: rows.length,
  faults,
  proveSeconds: sum('proveSeconds'),
  checkSeconds: sum('checkSeconds'),
  checkToProveWhereProved: rounded(time('checkSeconds') / time('proveSeconds')),
  leaves: sum('leaves'),
  proofBytes: sum('proofBytes'),
});
process.exit(faults > 0 ? 1 : 0);
