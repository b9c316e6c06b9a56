import type { Bundle, Encounter, FhirResource, Observation } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import type { Access } from '../fhir/accesses';
import { resultsOf } from '../fhir/observations';
import { bundleOf } from '../../test/platform';
import { looksOf } from './AccessLog';
import { isAbnormal, resultOn, sheetOf, sparkline } from './flowSheet';
import { daysOf, holdingBack, readPage, SOURCES, type Cursor, type Entry } from './timeline';

const encounter = (id: string, day: string, more: Partial<Encounter> = {}): Encounter => ({ resourceType: 'Encounter', id, status: 'finished', class: { code: 'AMB' }, period: { start: `${day}T09:00:00+08:00` }, ...more });
const observation = (id: string, date: string | undefined, value = 5): Observation => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ code: 'laboratory' }] }],
  code: { coding: [{ code: 'glucose' }], text: '血糖' },
  ...(date === undefined ? {} : { effectiveDateTime: date }),
  valueQuantity: { value, unit: 'mmol/L' },
  referenceRange: [{ low: { value: 3.9 }, high: { value: 6.1 } }],
});

const source = (type: string) => SOURCES.find((candidate) => candidate.type === type)!;

describe('The timeline', () => {
  const visits = readPage(source('Encounter'), bundleOf([encounter('e3', '2026-03-01'), encounter('e1', '2026-01-01')]));
  const results = readPage(source('Observation'), bundleOf([observation('o3', '2026-03-02'), observation('o2', '2026-02-01')], '/fhir/Observation?page=2'));
  const entries = [...visits.entries, ...results.entries];

  test('ends where the least read source stands, and reads that one next', () => {
    const cursors = [visits.cursor, results.cursor];
    expect(daysOf(entries, cursors).map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-01', '2026-02-01']);
    expect(holdingBack(cursors).map(({ source: { type } }) => type)).toEqual(['Observation']);
  });

  test('goes on when that source has been read', () => {
    const rest = readPage(source('Observation'), bundleOf([observation('o0', '2025-12-01'), observation('o', undefined)]));
    const days = daysOf([...entries, ...rest.entries], [visits.cursor, rest.cursor]);
    expect(days.map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-01', '2026-02-01', '2026-01-01', '2025-12-01', undefined]);
    expect(holdingBack([visits.cursor, rest.cursor])).toEqual([]);
  });

  test('puts what happened on one day in Beijing together, the visit before its results', () => {
    const late = readPage(source('Observation'), bundleOf([observation('o', '2026-02-28T17:00:00Z')]));
    const [day, ...others] = daysOf([...late.entries, ...readPage(source('Encounter'), bundleOf([encounter('e', '2026-03-01')])).entries], [late.cursor]);
    expect(others).toEqual([]);
    expect(day?.entries.map(({ kind }) => kind)).toEqual(['encounter', 'result']);
  });

  test('shows a resource once and leaves out what was entered in error', () => {
    const twice = readPage(source('Encounter'), bundleOf([encounter('e', '2026-03-01'), encounter('x', '2026-03-01', { status: 'entered-in-error' })]));
    expect(daysOf([...twice.entries, ...twice.entries], [twice.cursor]).map((day) => day.entries.length)).toEqual([1]);
  });

  test('read page by page is the same as read at once, in the same order, with nothing put in above what was shown', () => {
    // Every source's resources, sorted as a server would, cut into pages of three.
    const all: Record<string, FhirResource[]> = {
      Encounter: Array.from({ length: 17 }, (_, index) => encounter(`e${index}`, `2025-${String(1 + ((index * 7) % 12)).padStart(2, '0')}-${String(1 + ((index * 5) % 28)).padStart(2, '0')}`)),
      Observation: Array.from({ length: 40 }, (_, index) => observation(`o${index}`, `2025-${String(1 + ((index * 5) % 12)).padStart(2, '0')}-${String(1 + ((index * 11) % 28)).padStart(2, '0')}`)),
    };
    const sources = ['Encounter', 'Observation'].map(source);
    const sorted = sources.map((from) => readPage(from, bundleOf(all[from.type]!)).entries.sort((a, b) => b.at - a.at));
    const page = (index: number, number: number): Bundle =>
      bundleOf(sorted[index]!.slice(number * 3, number * 3 + 3).map(({ resource }) => resource), (number + 1) * 3 < sorted[index]!.length ? `/fhir/x?page=${number + 1}` : undefined);
    let read: Entry[] = [];
    let cursors: Cursor[] = [];
    let shown: string[] = [];
    const take = (index: number, number: number) => {
      const { entries: more, cursor } = readPage(sources[index]!, page(index, number));
      read = [...read, ...more];
      cursors = [...cursors.filter((other) => other.source !== sources[index]), cursor];
    };
    sources.forEach((_, index) => take(index, 0));
    for (let rounds = 0; rounds < 50; rounds++) {
      const now = daysOf(read, cursors).flatMap(({ entries: list }) => list.map(({ key }) => key));
      const days = daysOf(read, cursors).map(({ day }) => day ?? '');
      expect(now.slice(0, shown.length), 'what was shown stays where it was').toEqual(shown);
      expect(days).toEqual([...days].sort().reverse());
      shown = now;
      const due = holdingBack(cursors);
      if (due.length === 0) break;
      for (const cursor of due) take(sources.indexOf(cursor.source), Number(new URL(cursor.next!, 'http://x').searchParams.get('page')));
    }
    expect(new Set(shown)).toEqual(new Set(sorted.flat().map(({ key }) => key)));
    expect(shown.length).toBe(57);
  });
});

describe('The flow sheet', () => {
  const words = { yes: '是', no: '否' };
  const { rows, days } = sheetOf([observation('a', '2026-01-01', 5), observation('b', '2026-03-01', 7.2), observation('c', '2026-02-01', 6)].flatMap((one) => resultsOf(one, words)), 2);

  test('has a row per thing and the latest days first', () => {
    expect(days).toEqual(['2026-03-01', '2026-02-01']);
    expect(rows.map(({ name, results }) => [name, results.map(({ value }) => value)])).toEqual([['血糖', ['7.2', '6', '5']]]);
    expect(resultOn(rows[0]!, '2026-02-01')?.value).toBe('6');
  });

  test('is abnormal by its latest value', () => {
    expect(isAbnormal(rows[0]!)).toBe(true);
  });

  test('draws the oldest left, the highest top, and the range as a band', () => {
    const drawn = sparkline(rows[0]!, 100, 30)!;
    expect(drawn.points.map(({ x }) => Math.round(x))).toEqual([4, 52, 96]);
    expect(drawn.points[2]!.y).toBeLessThan(drawn.points[0]!.y);
    expect(drawn.band!.top).toBeLessThan(drawn.band!.bottom);
    expect(drawn.points.map(({ standing }) => standing?.direction)).toEqual([undefined, undefined, 'high']);
  });

  test('draws no line from one value', () => {
    expect(sparkline(sheetOf(resultsOf(observation('a', '2026-01-01'), words), 2).rows[0]!, 100, 30)).toBeUndefined();
  });
});

describe('The looks at a record', () => {
  const access = (id: string, at: string, more: Partial<Access> = {}): Access => ({
    id, at, role: 'practitioner', account: 'a', practitioner: 'Practitioner/d', institution: 'Organization/h', purposes: ['TREAT'], interaction: 'search-type', type: 'Observation',
    operation: undefined, count: 1, refused: false, failed: false, address: undefined, status: '200', ...more,
  });

  test('are one a day for each who looked, whatever the number of requests', () => {
    const looks = looksOf([
      access('4', '2026-11-26T09:30:00+08:00', { type: 'Condition' }),
      access('3', '2026-11-26T09:00:00+08:00'),
      access('2', '2026-11-26T08:00:00+08:00', { practitioner: 'Practitioner/e', account: 'b', refused: true }),
      access('1', '2026-11-25T09:00:00+08:00'),
    ]);
    expect(looks.map(({ day, requests, refused, types }) => [day, requests, refused, types])).toEqual([
      ['2026-11-26', 2, 0, ['Condition', 'Observation']],
      ['2026-11-26', 1, 1, []],
      ['2026-11-25', 1, 0, ['Observation']],
    ]);
    expect([looks[0]?.first.id, looks[0]?.last.id]).toEqual(['3', '4']);
  });
});
