/**
 * Thousands of mutated inputs for each: readers refuse or accept, nothing else, and no false claim is called valid.
 * Longer runs, with limits on time and memory for one input, by `test/fuzz/fuzz.ts`.
 */
import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.js';
import { casesOf, READERS } from './readers.js';

/** Queries are small and come from strangers. */
const COUNTS: Readonly<Partial<Record<string, number>>> = { vnnlib: 10_000 };

describe('mutated inputs', () => {
  it.each(READERS)('of the %s reader end cleanly', (reader) => {
    const { next, judge, outcomes } = campaign(casesOf(reader), 20_260_101);
    for (let n = 0; n < (COUNTS[reader] ?? 2500); n++) {
      const { test, input } = next();
      const result = judge(test, input);
      if (result.kind === 'finding') {
        const start = Buffer.from(input.subarray(0, 300)).toString('latin1');
        expect.fail(`${test.name}, input ${n} (${start}): ${result.error.stack}`);
      }
    }
    // Mutants reach the reader behind its parser: many reasons to refuse, and some are accepted.
    expect(outcomes.size).toBeGreaterThan(40);
    expect([...outcomes.keys()].some((outcome) => /^(lowered|accepted|valid)/.test(outcome))).toBe(true);
  });
});
