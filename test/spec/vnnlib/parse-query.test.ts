/** The reader of VNN-LIB: what is right reads back, what is wrong names line and column. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disjunctsOf } from '../../../src/spec/vnnlib/disjuncts.js';
import { parseQuery } from '../../../src/spec/vnnlib/parse-query.js';
import { printQuery } from '../../../src/spec/vnnlib/print-query.js';
import type { Query } from '../../../src/spec/vnnlib/query.js';
import { InputError } from '../../../src/util/errors.js';

const SHARED = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

/** The query without places, comparable. */
function plain(query: Query): unknown {
  return JSON.parse(
    JSON.stringify(query, (key, value: unknown) =>
      key === 'at' ? undefined : typeof value === 'bigint' ? String(value) : value,
    ),
  );
}

const FLAT = '(declare-const X_0 Real)\n(declare-const X_1 Real)\n(declare-const Y_0 Real)\n';
const TENSORS =
  '(vnnlib-version <2.0>)\n(declare-network f\n (declare-input X real [1,2])\n (declare-hidden H real [1,3] "h")\n (declare-output Y real [2])\n)\n';

describe('queries of the competition', () => {
  const files = ['acasxu', 'mnistfc'].flatMap((folder) =>
    existsSync(SHARED + folder)
      ? readdirSync(SHARED + folder)
          .filter((name) => name.endsWith('.vnnlib'))
          .map((name) => `${SHARED}${folder}/${name}`)
      : [],
  );

  it.skipIf(files.length === 0)('parse, print and parse again (skipped without ../shared)', () => {
    expect(files).toHaveLength(14);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const query = parseQuery(text, file);
      expect(plain(parseQuery(printQuery(query), file))).toEqual(plain(query));
      const { alternatives } = disjunctsOf({ text, file }, query);
      expect(alternatives).toHaveLength(file.includes('mnistfc') ? 9 : 1);
    }
  });
});

describe('what is read', () => {
  it('numbers are exact decimals', () => {
    const { assertions } = parseQuery(`${FLAT}(assert (<= (* 0.1 Y_0) (+ 3e-2 0.01)))`, 'q');
    expect(assertions[0]).toMatchObject({
      terms: [{ tensor: 1, index: 0, coefficient: { num: 1n, den: 10n } }],
      relation: '<=',
      bound: { num: 1n, den: 25n },
    });
  });

  it('both sides of a comparison count, and > turns round', () => {
    const { assertions } = parseQuery(`${FLAT}(assert (> (- X_0 X_1 2.0) (- X_0)))`, 'q');
    // -x0 < x0 - x1 - 2, that is -2 x0 + x1 < -2.
    expect(assertions[0]).toMatchObject({
      terms: [{ coefficient: { num: -2n, den: 1n } }, { coefficient: { num: 1n, den: 1n } }],
      relation: '<',
      bound: { num: -2n, den: 1n },
    });
  });

  it('indices are row-major', () => {
    const text = TENSORS.replace('[2]', '[2,3]');
    const { assertions } = parseQuery(`${text}(assert (<= Y[1,2] 0.0))`, 'q');
    expect(assertions[0]).toMatchObject({ terms: [{ tensor: 2, index: 5 }] });
  });

  it('alternatives are counted out, and != is two', () => {
    const text = `${FLAT}(assert (or (and (<= Y_0 1) (>= X_0 0)) (<= Y_0 2)))(assert (!= X_1 0))(assert (<= X_1 1))`;
    const { base, alternatives } = disjunctsOf({ text, file: 'q' }, parseQuery(text, 'q'));
    expect(base).toHaveLength(1);
    expect(alternatives.map((list) => list.length).sort()).toEqual([2, 2, 3, 3]);
  });

  it('too many alternatives are refused with a place', () => {
    const clause = '(assert (or (<= Y_0 1) (<= Y_0 2) (<= X_0 3) (<= X_1 4)))\n';
    const text = FLAT + clause.repeat(8);
    expect(() => disjunctsOf({ text, file: 'q' }, parseQuery(text, 'q'))).toThrow(InputError);
  });
});

/** Text and the place of what is wrong in it. */
const MALFORMED: readonly (readonly [text: string, place: string])[] = [
  ['', 'line 1, column 1'],
  ['; only a comment\n', 'line 2, column 1'],
  ['(', 'line 1, column 1'],
  [')', 'line 1, column 1'],
  ['(assert', 'line 1, column 1'],
  ['x', 'line 1, column 1'],
  ['()', 'line 1, column 1'],
  ['((a))', 'line 1, column 1'],
  ['"a"', 'line 1, column 1'],
  ['[1]', 'line 1, column 1'],
  ['(a ])', 'line 1, column 4'],
  ['(a , b)', 'line 1, column 4'],
  ['(a "b)', 'line 1, column 4'],
  ['(a "\\x")', 'line 1, column 4'],
  ['(a [1)', 'line 1, column 6'],
  ['(a [1 2])', 'line 1, column 7'],
  ['(a [1,])', 'line 1, column 7'],
  ['(a [,1])', 'line 1, column 5'],
  ['(a [1', 'line 1, column 4'],
  ['(a \u00e9)', 'line 1, column 4'],
  ['(a\u0000)', 'line 1, column 3'],
  ['\ufeff(a)', 'line 1, column 1'],
  ['('.repeat(101), 'line 1, column 101'],
  [`(${'a'.repeat(2001)})`, 'line 1, column 2'],
  ['(assert (<= X_0 1))', 'line 1, column 1'],
  ['(declare-const Z_0 Real)', 'line 1, column 16'],
  ['(declare-const X_00 Real)', 'line 1, column 16'],
  ['(declare-const X_0 Int)', 'line 1, column 20'],
  ['(declare-const X_0)', 'line 1, column 1'],
  ['(declare-const X_0 Real 1)', 'line 1, column 25'],
  ['(declare-const)', 'line 1, column 1'],
  ['(declare-fun X_0 (Real) Real)', 'line 1, column 18'],
  ['(declare-const X_0 Real)\n(declare-const X_0 Real)', 'line 2, column 16'],
  ['(declare-const X_0 Real)', 'line 1, column 25'],
  ['(declare-const Y_0 Real)', 'line 1, column 25'],
  ['(declare-const X_1 Real)(declare-const Y_0 Real)', 'line 1, column 16'],
  [FLAT, 'line 4, column 1'],
  [`${FLAT}(assert)`, 'line 4, column 1'],
  [`${FLAT}(assert (<= Y_0 1) (<= Y_0 2))`, 'line 4, column 1'],
  [`${FLAT}(asert (<= Y_0 1))`, 'line 4, column 1'],
  [`${FLAT}(check-sat)`, 'line 4, column 1'],
  [`${FLAT}(assert Y_0)`, 'line 4, column 9'],
  [`${FLAT}(assert (not (<= Y_0 1)))`, 'line 4, column 10'],
  [`${FLAT}(assert (and))`, 'line 4, column 9'],
  [`${FLAT}(assert (or))`, 'line 4, column 9'],
  [`${FLAT}(assert (<= Y_0))`, 'line 4, column 9'],
  [`${FLAT}(assert (<= Y_0 1 2))`, 'line 4, column 9'],
  [`${FLAT}(assert (<= Y_1 1))`, 'line 4, column 13'],
  [`${FLAT}(assert (<= Y_0 1.2.3))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0 1e99999))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0 .5))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0 (* Y_0 X_0)))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0 (/ 1 2)))`, 'line 4, column 18'],
  [`${FLAT}(assert (<= Y_0 (+)))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0 (-)))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0[0] 1))`, 'line 4, column 16'],
  [`${FLAT}(assert (<= Y_0 "a"))`, 'line 4, column 17'],
  [`${FLAT}(assert (<= Y_0 1))\n(declare-const Y_1 Real)`, 'line 5, column 1'],
  ['(vnnlib-version 2.0)', 'line 1, column 17'],
  ['(vnnlib-version <3.0>)', 'line 1, column 17'],
  ['(vnnlib-version)', 'line 1, column 1'],
  ['(vnnlib-version <2.0>)', 'line 1, column 1'],
  ['(vnnlib-version <2.0>)\n(assert (<= X 1))', 'line 2, column 1'],
  [TENSORS.replace('declare-network f', 'declare-network 1f'), 'line 2, column 18'],
  [TENSORS.replace('real [1,2]', 'float16 [1,2]'), 'line 3, column 19'],
  [TENSORS.replace('real [1,2]', 'float64 [1,2]'), 'line 3, column 19'],
  [TENSORS.replace('real [1,2]', 'float32 [1,2]'), 'line 4, column 18'],
  [TENSORS.replace('[1,2]', '[1,0]'), 'line 3, column 27'],
  [TENSORS.replace('[1,2]', '[1,-2]'), 'line 3, column 27'],
  [TENSORS.replace(' [1,2]', ''), 'line 3, column 2'],
  [TENSORS.replace('[1,2]', '[1,2] initialized'), 'line 3, column 30'],
  [TENSORS.replace('"h"', ''), 'line 4, column 2'],
  [TENSORS.replace('"h"', 'h'), 'line 4, column 31'],
  [TENSORS.replace('declare-hidden H', 'declare-hidden X'), 'line 4, column 18'],
  [TENSORS.replace('declare-output Y', 'declare-input Y'), 'line 5, column 2'],
  [TENSORS.replace('(declare-output Y real [2])', ''), 'line 2, column 1'],
  [TENSORS.replace('(declare-input', '(equal-to g) (declare-input'), 'line 3, column 2'],
  [TENSORS.replace('(declare-input', '(isomorphic-to g) (declare-input'), 'line 3, column 2'],
  [
    TENSORS.replace(
      '(declare-input X real [1,2])',
      '(declare-input X real [1,2]) (declare-input Z real [1])',
    ),
    'line 3, column 31',
  ],
  [`${TENSORS}(declare-network g)`, 'line 7, column 1'],
  [`${TENSORS}(assert (<= X[0] 1))`, 'line 7, column 14'],
  [`${TENSORS}(assert (<= X 1))`, 'line 7, column 13'],
  [`${TENSORS}(assert (<= X[0,2] 1))`, 'line 7, column 17'],
  [`${TENSORS}(assert (<= X[0,-1] 1))`, 'line 7, column 17'],
  [`${TENSORS}(assert (<= Z[0] 1))`, 'line 7, column 13'],
  [`${TENSORS.replaceAll('real', 'float32')}(assert (<= (+ Y[0] Y[1]) 1.0))`, 'line 7, column 9'],
];

describe('malformed queries', () => {
  it('are at least sixty kinds', () => expect(MALFORMED.length).toBeGreaterThanOrEqual(60));

  it.each(MALFORMED)('%j is wrong at %s', (text, place) => {
    let error: unknown = null;
    try {
      parseQuery(text, 'q.vnnlib');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    const { fault } = error as InputError;
    expect(fault).toMatchObject({ file: 'q.vnnlib', place });
    expect(fault.expected?.length).toBeGreaterThan(0);
    expect(fault.found?.length).toBeGreaterThan(0);
  });
});

describe('printing', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -30, max: 10 }))
    .map(([digits, exponent]) => `${digits}e${exponent}`);
  const formula = (variables: readonly string[]): fc.Arbitrary<string> => {
    const variable = fc.constantFrom(...variables);
    const { node } = fc.letrec<{ node: string; expression: string; comparison: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 3 },
        decimal,
        variable,
        fc
          .tuple(fc.constantFrom('+', '-'), fc.array(tie('expression'), { minLength: 1, maxLength: 3 }))
          .map(([op, parts]) => `(${op} ${parts.join(' ')})`),
        fc.tuple(decimal, tie('expression')).map(([factor, part]) => `(* ${factor} ${part})`),
      ),
      comparison: fc
        .tuple(fc.constantFrom('<=', '<', '>=', '>', '==', '!='), tie('expression'), tie('expression'))
        .map(([op, a, b]) => `(${op} ${a} ${b})`),
      node: fc.oneof(
        { maxDepth: 3 },
        tie('comparison'),
        fc
          .tuple(fc.constantFrom('and', 'or'), fc.array(tie('node'), { minLength: 1, maxLength: 3 }))
          .map(([op, parts]) => `(${op} ${parts.join(' ')})`),
      ),
    }));
    return node;
  };
  it.each([
    ['1.0', FLAT, ['X_0', 'X_1', 'Y_0']],
    ['2.0', TENSORS, ['X[0,0]', 'X[0,1]', 'H[0,2]', 'Y[1]']],
  ] as const)('a query of version %s reads back as itself', (_, head, variables) => {
    const query = fc.array(formula(variables), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(query, (formulas) => {
        const text = head + formulas.map((one) => `(assert ${one})`).join('\n');
        const first = parseQuery(text, 'q');
        expect(plain(parseQuery(printQuery(first, ['comment']), 'q'))).toEqual(plain(first));
      }),
      { numRuns: 150 },
    );
  });
});
