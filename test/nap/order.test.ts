import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalCount } from '../../src/nap/nap.js';
import { refines, sharedLiterals } from '../../src/nap/order.js';

const phases = fc
  .array(fc.constantFrom(-1, 0, 1), { minLength: 5, maxLength: 5 })
  .map((list) => Int8Array.from(list));

/** Definition: the pattern has every literal. */
const follows = (pattern: Int8Array, nap: Int8Array) => nap.every((p, i) => p === 0 || p === pattern[i]);
const patterns = Array.from({ length: 32 }, (_, bits) =>
  Int8Array.from({ length: 5 }, (_, i) => ((bits >> i) & 1 ? 1 : -1)),
);

describe('the order of NAPs', () => {
  it('is inclusion of the sets of activation patterns', () => {
    fc.assert(
      fc.property(phases, phases, (a, b) => {
        const included = patterns.every((pattern) => !follows(pattern, a) || follows(pattern, b));
        expect(refines(a, b)).toBe(included);
      }),
    );
  });

  it('has the shared literals as the most specific NAP that both refine', () => {
    fc.assert(
      fc.property(phases, phases, phases, (a, b, c) => {
        const shared = sharedLiterals(a, b);
        expect(refines(a, shared) && refines(b, shared)).toBe(true);
        if (refines(a, c) && refines(b, c)) expect(refines(shared, c)).toBe(true);
        expect(literalCount(shared)).toBeLessThanOrEqual(Math.min(literalCount(a), literalCount(b)));
      }),
    );
  });

  it('refuses phases of different lengths', () => {
    expect(() => refines(new Int8Array(2), new Int8Array(3))).toThrow(/different networks/);
  });
});
