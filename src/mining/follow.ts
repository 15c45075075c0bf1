/** Which samples follow which NAPs. */
import type { Nap } from '../nap/nap.js';
import { literalMasks, type PatternTable, patternFollows } from './patterns.js';

/** For each NAP, in the given order: 1 where the sample follows it (literals read strictly). */
export function followers(table: PatternTable, naps: readonly Nap[]): Uint8Array[] {
  return naps.map(({ phases }) => {
    if (phases.length !== table.neurons) {
      throw new Error(`phases of another network: ${phases.length} instead of ${table.neurons} neurons`);
    }
    const masks = literalMasks(phases);
    const follows = new Uint8Array(table.count);
    for (let sample = 0; sample < table.count; sample++) {
      if (patternFollows(table.bits, sample * table.words, masks)) follows[sample] = 1;
    }
    return follows;
  });
}

/** Samples that follow both NAPs: each one refutes non-ambiguity of the pair. Ascending indices. */
export function followersOfBoth(table: PatternTable, a: Nap, b: Nap): Int32Array {
  const [followsA, followsB] = followers(table, [a, b]);
  const found: number[] = [];
  for (let sample = 0; sample < table.count; sample++) {
    if (followsA![sample] === 1 && followsB![sample] === 1) found.push(sample);
  }
  return Int32Array.from(found);
}
