/** Input after input for one reader; mutants that were refused in a new way become seeds of further mutants. */
import { type Random, seeded } from '../helpers/random.js';
import { type Attempt, attempt, type Case, mutant } from './target.js';

const MAX_KEPT = 100;

export interface Campaign {
  /** Makes the next input; `run` on it is separate, so that a watcher can keep the input first. */
  readonly next: () => { readonly test: Case; readonly input: Uint8Array };
  readonly judge: (test: Case, input: Uint8Array) => Attempt;
  /** How often inputs ended in each way. */
  readonly outcomes: ReadonlyMap<string, number>;
}

export function campaign(cases: readonly Case[], seed: number): Campaign {
  const random: Random = seeded(seed);
  const kept = new Map(cases.map((test) => [test, [test.seed]]));
  const outcomes = new Map<string, number>();
  return {
    outcomes,
    next: () => {
      const test = random.pick(cases);
      const pool = kept.get(test)!;
      const base = random.chance(0.6) ? test.seed : random.pick(pool);
      return { test, input: mutant(random, test.format, base, random.pick(pool)) };
    },
    judge: (test, input) => {
      const result = attempt(test, input);
      const outcome = result.kind === 'clean' ? result.outcome : 'finding';
      const count = outcomes.get(outcome) ?? 0;
      outcomes.set(outcome, count + 1);
      const pool = kept.get(test)!;
      if (count === 0 && result.kind === 'clean' && input.length < 4 * test.seed.length + 2000) {
        if (pool.length < MAX_KEPT) pool.push(input);
        else pool[random.int(1, MAX_KEPT - 1)] = input;
      }
      return result;
    },
  };
}
