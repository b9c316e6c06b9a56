import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';

type Chunk = { file: string; imports?: string[]; css?: string[]; isEntry?: boolean; name?: string };

const DIST = new URL('../dist/', import.meta.url).pathname;

/** Gzipped kB (1,000 bytes) that a first view may download as script: ui.md, "Speed". */
const BUDGET = { console: 350 };

let manifest: Record<string, Chunk>;

beforeAll(() => {
  const path = join(DIST, '.vite/manifest.json');
  if (!existsSync(path)) throw new Error('There is no built dist/. Run "npm run build" first.');
  manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Chunk>;
});

/** The files that come with `keys`: the chunks themselves and all that they import statically. */
function withImports(keys: string[]): Set<string> {
  const seen = new Set<string>();
  const follow = (key: string) => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const next of manifest[key]?.imports ?? []) follow(next);
  };
  keys.forEach(follow);
  return new Set([...seen].map((key) => manifest[key]!.file));
}

const gzipped = (file: string) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length / 1000;

describe('The console', () => {
  const entry = 'index.html';
  const routes = ['src/console/overview/OverviewPage.tsx', 'src/console/residents/ResidentsPage.tsx', 'src/console/record/RecordPage.tsx'];

  test.each(routes)('opens %s within its budget of script', (route) => {
    expect(manifest[entry]?.isEntry).toBe(true);
    expect(manifest[route], `${route} is no chunk of its own: routes are split`).toBeDefined();
    const files = [...withImports([entry, route])];
    const size = files.reduce((sum, file) => sum + gzipped(file), 0);
    console.log(`${route}: ${size.toFixed(0)} kB of script, gzipped, in ${files.length} files`);
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThanOrEqual(BUDGET.console);
  });

  test('fetches charts and English only when they are wanted', () => {
    const first = withImports([entry, ...routes]);
    for (const later of ['src/shared/charts/BarChart.tsx', 'src/shared/i18n/en/index.ts']) {
      expect(manifest[later], `${later} is no chunk of its own`).toBeDefined();
      expect(first).not.toContain(manifest[later]?.file);
    }
  });
});

test('The pages load nothing from another host', () => {
  const scripts = readdirSync(join(DIST, 'assets')).map((name) => join(DIST, 'assets', name));
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  for (const file of scripts.filter((name) => name.endsWith('.css'))) {
    expect(readFileSync(file, 'utf8'), file).not.toMatch(/url\((["']?)(https?:)?\/\//);
  }
});
