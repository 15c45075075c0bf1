import { describe, expect, it } from 'vitest';
import { contradictions } from '../../src/nap/nap.js';
import { comparePublished, hasPublishedFiles } from '../bench/published-comparison.js';
import { PUBLISHED } from '../bench/published-figures.js';

// Source of truth: the authors' pattern files and the coverage measured from them. All r and the larger
// model: npx tsx test/bench/published-naps.ts
describe.skipIf(!hasPublishedFiles)('published NAPs (skipped without ../shared)', () => {
  it('of mnist-net_256x4 at delta 0.99 are mined literal by literal, with the published coverage', async () => {
    const { differences, naps } = await comparePublished(PUBLISHED[0]!, ['0.01']);
    expect(differences).toEqual([]);
    const mined = naps['0.01']!;
    const touching = mined.flatMap((a, i) =>
      mined
        .slice(i + 1)
        .filter((b) => contradictions(a.phases, b.phases).length === 0)
        .map((b) => [a.class, b.class]),
    );
    expect(touching).toEqual([[2, 3]]);
  }, 300_000);
});
