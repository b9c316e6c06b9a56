import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { frameOf } from '../../shared/charts/PlaceMap';
import { never, open, platform, Refused } from '../../test/platform';
import { RegionPage } from './RegionPage';
import { fillClassOf, regionIn, totalOf } from './useRegion';

const spot = (id: string, display: string, connection: string, counts: Record<string, number> = {}, place: [number, number] | null = [38.4, 106.2]) => ({
  name: 'institution',
  part: [
    { name: 'reference', valueReference: { reference: `Organization/${id}`, display } },
    ...(place ? [{ name: 'latitude', valueDecimal: place[0] }, { name: 'longitude', valueDecimal: place[1] }] : []),
    ...Object.entries(counts).map(([name, valueInteger]) => ({ name, valueInteger })),
    { name: 'connection', valueCode: connection },
  ],
});
const alert = (kind: string, open: number) => ({ name: 'alert', part: [{ name: 'kind', valueCode: kind }, { name: 'open', valueInteger: open }] });
const answer = {
  resourceType: 'Parameters',
  parameter: [
    { name: 'as-of', valueInstant: '2026-11-26T01:30:00Z' },
    alert('night', 2),
    alert('edge-silent', 0),
    spot('a', '第一人民医院', 'ok', { places: 100, booked: 96, waiting: 12, 'checked-in': 40, online: 3, 'online-waiting': 1, messages: 1200, unhandled: 0 }),
    spot('b', '县中医院', 'silent', { places: 20, booked: 5, messages: 0, unhandled: 7 }, [38.6, 106.0]),
    spot('c', '镇卫生院', 'none', {}, null),
  ],
};

describe('The frame of the map', () => {
  test('makes a kilometre as long up as across, with all places in sight', () => {
    const places = [
      { latitude: 35.5, longitude: 104.5 },
      { latitude: 39.2, longitude: 107.5 },
    ];
    for (const [width, height] of [
      [600, 520],
      [340, 380],
    ] as const) {
      const { west, east, south, north } = frameOf(places, width, height);
      expect(west).toBeLessThan(104.5);
      expect(east).toBeGreaterThan(107.5);
      expect(south).toBeLessThan(35.5);
      expect(north).toBeGreaterThan(39.2);
      const across = ((east - west) * Math.cos((37.35 * Math.PI) / 180)) / (width - 72);
      expect(across).toBeCloseTo((north - south) / (height - 48), 6);
    }
  });

  test('keeps some kilometres around one place alone', () => {
    const { west, east } = frameOf([{ latitude: 38, longitude: 106 }], 600, 500);
    expect(east - west).toBeGreaterThan(0.1);
  });
});

describe('What is told of the region', () => {
  test('adds up only what an institution takes part in', () => {
    const { spots } = regionIn(answer as never);
    expect(totalOf(spots, ({ booked }) => booked)).toBe(101);
    expect(totalOf(spots.slice(2), ({ booked }) => booked)).toBeUndefined();
    expect(spots.map(fillClassOf)).toEqual(['full', 'low', 'none']);
  });
});

describe('The region now', () => {
  test('keeps its shape while it loads', async () => {
    platform(() => never);
    await open(<RegionPage />);
    await screen.findByRole('status', { name: '正在读取' });
  });

  test('says in the server’s sentence why it is not shown', async () => {
    platform(() => new Refused(403, 'forbidden', '您无权执行 region-figures。'));
    await open(<RegionPage />);
    await screen.findByText('您无权执行 region-figures。');
  });

  test('says what is missing where no provider is registered', async () => {
    platform(() => ({ resourceType: 'Parameters', parameter: [{ name: 'as-of', valueInstant: '2026-11-26T01:30:00Z' }] }));
    await open(<RegionPage />);
    await screen.findByText('登记的机构里没有医疗机构');
    await screen.findByText('没有异常');
  });

  test('tells totals, what is unusual with its reason, and each institution, the worst first', async () => {
    platform(() => answer);
    await open(<RegionPage />);
    await screen.findByText('占今日已放号源 84%');
    expect(screen.getByText('尚未处理 7')).toBeTruthy();
    expect(screen.getByText('全部 3 家；异常 1 家')).toBeTruthy();
    const unusual = screen.getByRole('list', { name: '需要留意' });
    expect(within(unusual).getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['县中医院✕前置机失联', '夜间异常访问!2 条未关闭', '第一人民医院‖今日号源已约 96%']);
    const rows = within(screen.getAllByRole('region', { name: '各机构' })[0]!).getAllByRole('row').slice(1);
    expect(rows.map((row) => [...row.children].slice(0, 7).map(({ textContent }) => textContent))).toEqual([
      ['县中医院', '✕失联', '5', '25%', '–', '–', '0'],
      ['第一人民医院', '✓正常', '96', '96%', '12', '3', '1,200'],
      ['镇卫生院', '未接入', '–', '–', '–', '–', '–'],
    ]);
    expect(screen.getByText('1 家没有登记坐标，只在表格里。')).toBeTruthy();
    await screen.findByRole('img', { name: /2 家机构的位置/ });
  });

  test('points an institution out by the keyboard, and colours by what is chosen', async () => {
    platform(() => answer);
    const { router } = await open(<RegionPage />, { path: '/region' });
    const name = await screen.findByRole('button', { name: '第一人民医院' });
    name.focus();
    await userEvent.keyboard('{Enter}');
    expect(name.getAttribute('aria-pressed')).toBe('true');
    await userEvent.click(screen.getByText('按约满程度'));
    await screen.findByText('95% 以上');
    expect(router.state.location.search).toBe('?by=fill');
    expect(screen.getByRole('link', { name: '第一人民医院的号源与候诊' }).getAttribute('href')).toBe('/slots?institution=a');
  });
});
