import { defineConfig } from 'vitest/config';

/** Journeys against a running platform, in a real browser. See `browser.ts` for what they need. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.journey.ts'],
    environment: 'node',
    // Generous: a build machine is slow and shared, and what takes long here is no fault.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 90_000 } }, // As long as PATIENCE in browser.ts.
    // One browser at a time, for the same reason.
    fileParallelism: false,
    setupFiles: ['e2e/steps.ts'],
    sequence: { concurrent: false },
  },
});
