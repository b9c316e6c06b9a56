import { defineConfig } from 'vitest/config';

/** Journeys against a running platform, in a real browser. See `browser.ts` for what they need. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.journey.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // The steps of a journey build on one another: after a failed one the rest says nothing.
    bail: 1,
    sequence: { concurrent: false },
  },
});
