import { configDefaults, defineConfig } from 'vitest/config';

/** What measures needs a machine of its own and minutes: `SCALE=1 npm run e2e` and `cargo xtask bench console` ask for it. */
const measuring = [
  ...(process.env['SCALE'] ? [] : ['e2e/scale.e2e.ts']),
  ...(process.env['LOADING'] ? [] : ['e2e/loading.e2e.ts']),
];

/** In a browser, against a running local cloud; one after another, since they look at one cloud. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    exclude: [...configDefaults.exclude, ...measuring],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    bail: 0,
  },
});
