import { defineConfig } from 'vitest/config';

/** Checks of what `npm run build` wrote to `dist/`. */
export default defineConfig({ test: { include: ['bundle/**/*.test.ts'], environment: 'node' } });
