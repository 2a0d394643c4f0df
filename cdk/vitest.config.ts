import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A synth of the whole stack takes a few seconds on a cold, busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
