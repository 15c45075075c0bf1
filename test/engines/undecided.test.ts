/** What is advised where nothing was decided: only what its reader can do about the region at hand. */
import { describe, expect, it } from 'vitest';
import { suggestionAbout, undecided } from '../../src/engines/undecided.js';
import { ACTIVE, FREE } from '../../src/nap/nap.js';
import type { UnknownReason } from '../../src/obligation/obligation.js';

const FOLLOWERS = { naps: [Int8Array.from([FREE, ACTIVE])] };
/** A ball around a sample, a NAP without literals, and a query whose author wrote the literals. */
const WITHOUT = [
  { naps: [] },
  { naps: [Int8Array.from([FREE, FREE])] },
  { ...FOLLOWERS, query: { kind: 'query', name: 'q.vnnlib', text: '' } as const },
];

function advice(about: Parameters<typeof suggestionAbout>[0], reason: UnknownReason): string {
  return suggestionAbout(about, undecided(reason, 'a detail'));
}

describe('more literals', () => {
  it.each(['timeout', 'node-limit', 'memory'] as const)(
    'are advised at a %s where literals are mined',
    (reason) => {
      expect(advice(FOLLOWERS, reason)).toMatch(/raise .*, or mine at a lower delta/);
      for (const about of WITHOUT) {
        expect(advice(about, reason)).toMatch(/^raise /);
        expect(advice(about, reason)).not.toMatch(/delta|literal/);
      }
    },
  );

  it.each(['numerical', 'boundary', 'unsupported', 'solver-crash', 'interrupted'] as const)(
    'are not the answer to %s',
    (reason) => {
      for (const about of [FOLLOWERS, ...WITHOUT])
        expect(advice(about, reason)).toBe(undecided(reason, 'a detail').suggestion);
    },
  );
});
