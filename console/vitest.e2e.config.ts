import { defineConfig } from 'vitest/config';

/** In a browser, against a running local cloud; one after another, since they look at one cloud. */
export default defineConfig({
  test: { include: ['e2e/**/*.e2e.ts'], fileParallelism: false, testTimeout: 90_000, hookTimeout: 60_000, bail: 0 },
});
