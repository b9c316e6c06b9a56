import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// One HTML file per entry.
const entries = { console: 'index.html', resident: 'resident/index.html', workbench: 'workbench/index.html', screen: 'screen/index.html' };

export default defineConfig({
  plugins: [react()],
  build: {
    // The budget test reads the manifest to follow what a first view really downloads.
    manifest: true,
    target: 'es2023',
    rolldownOptions: { input: entries },
  },
  server: {
    // `npm run dev` against a running platform: HELAN_URL=http://127.0.0.1:8080 npm run dev. The platform is told the
    // browser's own host, so that signing in leads back here.
    proxy: Object.fromEntries(
      ['/fhir', '/health', '/metrics', '/public', '/hall', '/access', '/account', '/oauth2', '/sign-in', '/sign-out', '/access.css', '/.well-known', '/userinfo', '/intake', '/hl7v2', '/visit-socket', '/statements'].map((path) => [
        path,
        { target: process.env['HELAN_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false, ws: path.endsWith('-socket') },
      ]),
    ),
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    // One window for all files: tests leave nothing behind (see setup.ts), and a window per file costs more than they do.
    isolate: false,
    // Generous: a build machine may be busy with other things.
    testTimeout: 30_000,
  },
});
