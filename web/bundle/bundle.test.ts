import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';

type Chunk = { file: string; imports?: string[]; css?: string[]; isEntry?: boolean; name?: string };

const DIST = new URL('../dist/', import.meta.url).pathname;

/** Gzipped kB (1,000 bytes) that a first view may download as script: ui.md, "Speed". */
const BUDGET = { console: 350, workbench: 352, resident: 150, screen: 150 };

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
  const routes = ['src/console/overview/OverviewPage.tsx', 'src/console/region/RegionPage.tsx', 'src/console/slots/SlotsPage.tsx', 'src/console/residents/ResidentsPage.tsx', 'src/console/record/RecordPage.tsx', 'src/console/emergencies/EmergenciesPage.tsx', 'src/console/audit/AuditPage.tsx', 'src/console/review/RulesPage.tsx', 'src/console/review/RulePage.tsx', 'src/console/review/KnowledgePage.tsx', 'src/console/identities/ReviewPage.tsx', 'src/console/identities/PersonPage.tsx'];

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
    for (const later of ['src/shared/charts/BarChart.tsx', 'src/shared/charts/PlaceMap.tsx', 'src/shared/i18n/en/forConsole.ts']) {
      expect(manifest[later], `${later} is no chunk of its own`).toBeDefined();
      expect(first).not.toContain(manifest[later]?.file);
    }
  });
});

describe('The workbench', () => {
  const entry = 'workbench/index.html';
  const routes = ['patients/PatientsPage', 'notes/UnsignedPage', 'notes/NotePage', 'corrections/CorrectionsPage', 'emergencies/EmergenciesPage', 'find/FindPage', 'person/RecordPage', 'queue/QueuePage', 'visit/DeskPage', 'visit/VisitDesk', 'prescribe/PrescribePage', 'prescribe/PrescriptionsPage', 'prescribe/PrescriptionPage', 'review/ReviewPage', 'review/ReviewDesk', 'dispensing/DispensingPage', 'dispensing/DispensePage', 'delivery/DeliveryPage', 'delivery/ParcelPage'];

  test.each(routes)('opens %s within its budget of script', (route) => {
    const key = `src/workbench/${route}.tsx`;
    expect(manifest[key], `${route} is no chunk of its own: routes are split`).toBeDefined();
    const size = [...withImports([entry, key])].reduce((sum, file) => sum + gzipped(file), 0);
    console.log(`workbench ${route}: ${size.toFixed(0)} kB of script, gzipped`);
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThanOrEqual(BUDGET.workbench);
  });

  test('brings nothing of the console, and no English until it is wanted', () => {
    const all = withImports([entry, ...routes.map((route) => `src/workbench/${route}.tsx`)]);
    for (const later of ['src/console/record/RecordPage.tsx', 'src/shared/i18n/en/forWorkbench.ts']) {
      expect(manifest[later], `${later} is no chunk of its own`).toBeDefined();
      expect(all).not.toContain(manifest[later]?.file);
    }
  });
});

describe("The residents' pages", () => {
  const entry = 'resident/index.html';
  const routes = ['record/VisitsPage', 'messages/MessagesPage', 'mine/MinePage', 'seen/SeenPage', 'grants/MaySeePage', 'consents/ConsentsPage', 'consents/GivePage', 'emergency/EmergencyPage', 'account/AccountPage', 'card/CardPage', 'card/UsesPage', 'card/LostPage', 'card/ApplyPage', 'card/PrintPage', 'identities/IdentitiesPage', 'reports/ReportsPage', 'reports/ReportPage', 'search/SearchPage', 'bill/StaysPage', 'bill/StayPage', 'bill/DayPage', 'reports/DocumentsPage', 'reports/DocumentPage', 'reports/SummaryPage', 'corrections/CorrectionsPage', 'corrections/AskPage', 'queue/QueuePage', 'book/HospitalsPage', 'book/DoctorsPage', 'book/TimesPage', 'book/HeldPage', 'book/BookingsPage', 'visit/OnlineVisitsPage', 'visit/ApplyPage', 'visit/VisitPage', 'pay/PayPage', 'pay/OrderPage', 'pay/PaymentsPage', 'prescriptions/PrescriptionsPage', 'prescriptions/PrescriptionPage', 'prescriptions/TakePage', 'prescriptions/HowPage', 'prescriptions/CodePage', 'prescriptions/ParcelPage'];

  test.each(['home/HomePage', ...routes])('open %s within their budget of script', (route) => {
    const key = `src/resident/${route}.tsx`;
    expect(manifest[key], `${route} is no chunk of its own: routes are split`).toBeDefined();
    const size = [...withImports([entry, key])].reduce((sum, file) => sum + gzipped(file), 0);
    console.log(`resident ${route}: ${size.toFixed(0)} kB of script, gzipped`);
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThanOrEqual(BUDGET.resident);
  });

  test('bring nothing of the library of widgets, and no English until it is wanted', () => {
    const all = withImports([entry, ...routes.map((route) => `src/resident/${route}.tsx`)]);
    for (const file of all) expect(readFileSync(join(DIST, file), 'utf8'), file).not.toMatch(/ant-btn|antd/);
    expect(manifest['src/shared/i18n/en/forResident.ts']).toBeDefined();
    expect(all).not.toContain(manifest['src/shared/i18n/en/forResident.ts']?.file);
  });
});

test('The screen of a hall opens within its budget of script', () => {
  const entry = 'screen/index.html';
  expect(manifest[entry]?.isEntry).toBe(true);
  const size = [...withImports([entry])].reduce((sum, file) => sum + gzipped(file), 0);
  console.log(`screen: ${size.toFixed(0)} kB of script, gzipped`);
  expect(size).toBeGreaterThan(20);
  expect(size).toBeLessThanOrEqual(BUDGET.screen);
});

test('The pages load nothing from another host', () => {
  const scripts = readdirSync(join(DIST, 'assets')).map((name) => join(DIST, 'assets', name));
  for (const page of ['index.html', 'resident/index.html', 'workbench/index.html', 'screen/index.html']) {
    expect(readFileSync(join(DIST, page), 'utf8'), page).not.toMatch(/(src|href)="(https?:)?\/\//);
  }
  for (const file of scripts.filter((name) => name.endsWith('.css'))) {
    expect(readFileSync(file, 'utf8'), file).not.toMatch(/url\((["']?)(https?:)?\/\//);
  }
});
