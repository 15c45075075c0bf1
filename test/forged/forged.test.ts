import { describe, expect, it } from 'vitest';
import { FORGED_CLAIMS } from './forged-claims.js';
import { FORGED_FILES } from './forged-files.js';
import { FORGED_MARGINS, FORGED_PROOFS } from './forged-proofs.js';
import { mismatch } from './forgery.js';

const ALL = [...FORGED_PROOFS, ...FORGED_MARGINS, ...FORGED_CLAIMS, ...FORGED_FILES];

describe('forged certificates', () => {
  it('differ in kind', () => {
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  });
  it.each(ALL.map((forgery) => [forgery.name, forgery] as const))('%s', (_, { judge, reason }) => {
    expect(mismatch(judge(), reason)).toBeNull();
  });
});
