import { defineConfig } from 'vitest/config';

/** Tests that take minutes, and every command of the README; run by `npm run test:slow`, not by `npm test`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts', 'test/readme.test.ts'],
    env: { NAPCERT_README: '1' },
    globalSetup: ['test/build-once.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
