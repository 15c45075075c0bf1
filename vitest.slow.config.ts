import { defineConfig } from 'vitest/config';

/** Tests that take minutes; run by `npm run test:slow`, not by `npm test`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    globalSetup: ['test/build-once.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
