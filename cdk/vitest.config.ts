import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/scratch.ts',
    // The tests share no state, and one load of the CDK library serves them all.
    isolate: false,
    // A synth of the whole stack takes a few seconds on a cold, busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
