import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../../test/platform';
import { SlotsPage } from './SlotsPage';
import { figuresIn, fillRate, missRate, queuesIn, sumOf } from './useSlots';

const day = (date: string, counts: Record<string, number>) => ({ name: 'day', part: [{ name: 'date', valueString: date }, ...Object.entries(counts).map(([name, valueInteger]) => ({ name, valueInteger }))] });
const group = (kind: string, reference: string, display: string, parts: unknown[]) => ({ name: kind, part: [{ name: 'reference', valueReference: { reference, display } }, ...parts] });
const past = (seen: number, missed: number) => [
  { name: 'seen', valueInteger: seen },
  { name: 'missed', valueInteger: missed },
];
const parameters = (parameter: unknown[]) => ({ resourceType: 'Parameters', parameter: [{ name: 'as-of', valueInstant: '2026-11-26T01:30:00Z' }, ...parameter] });

const region = parameters([
  group('institution', 'Organization/a', '第一人民医院', [...past(90, 10), day('2026-11-26', { slots: 4, places: 8, opened: 8, booked: 7, held: 1 }), day('2026-11-27', { slots: 4, places: 8, opened: 8, booked: 2, left: 5, reserved: 1, referral: 1 })]),
  group('institution', 'Organization/b', '县中医院', [...past(0, 0), day('2026-11-26', { closed: 6 }), day('2026-11-27', { places: 6 }), day('2026-11-28', { places: 4, opened: 4, booked: 3, left: 1, waiting: 2 })]),
  { name: 'unreleased', part: [{ name: 'institution', valueReference: { reference: 'Organization/b', display: '县中医院' } }, { name: 'schedules', valueInteger: 3 }] },
]);
const institution = parameters([
  group('department', 'Organization/a-card', '心血管内科', [...past(9, 1), day('2026-11-26', { places: 2, opened: 2, booked: 1, left: 1 })]),
  { name: 'unreleased-schedules', valueInteger: 1 },
  { name: 'unreleased', part: [{ name: 'schedule', valueReference: { reference: 'Schedule/x', display: '李医生' } }, { name: 'why', valueCode: 'refused' }] },
]);
const department = parameters([group('schedule', 'Schedule/s', '王医生', [...past(1, 0), { name: 'practitioner', valueReference: { reference: 'Practitioner/d' } }, day('2026-11-26', { places: 2, opened: 2, booked: 1, left: 1 })])]);
const slots = parameters([
  {
    name: 'slot',
    part: [
      { name: 'reference', valueReference: { reference: 'Slot/1' } },
      { name: 'start', valueInstant: '2099-11-26T00:00:00Z' },
      { name: 'end', valueInstant: '2099-11-26T00:30:00Z' },
      { name: 'opens', valueInstant: '2026-11-19T00:00:00Z' },
      { name: 'closed', valueBoolean: false },
      { name: 'places', valueInteger: 2 },
      { name: 'taken', valueInteger: 2 },
    ],
  },
]);
const queues = parameters([
  { name: 'institution', part: [{ name: 'reference', valueReference: { reference: 'Organization/a' } }, { name: 'queues', valueInteger: 2 }, { name: 'waiting', valueInteger: 12 }, { name: 'longest-minutes', valueInteger: 75 }, { name: 'mean-minutes', valueInteger: 18 }] },
]);
const queue = parameters([
  { name: 'queue', part: [{ name: 'id', valueString: 'q' }, { name: 'name', valueString: '心内科门诊' }, { name: 'state', valueCode: 'closed' }, { name: 'department', valueReference: { reference: 'Organization/a-card' } }, { name: 'waiting', valueInteger: 4 }] },
]);

const answering = ({ path, query }: Asked) => {
  if (path === '$queue-figures') return query.get('institution') ? queue : queues;
  if (path === '$booking-figures') return query.get('schedule') ? slots : query.get('department') ? department : query.get('institution') ? institution : region;
  return { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: { resourceType: 'Organization', id: 'a', name: '第一人民医院' } }, { resource: { resourceType: 'Organization', id: 'a-card', name: '心血管内科' } }] };
};

const cells = (row: HTMLElement) => [...row.children].map(({ textContent }) => textContent);

describe('What is counted', () => {
  test('is added up, and a share is of the opened places alone', () => {
    const { groups } = figuresIn(region as never);
    const all = sumOf(groups.flatMap(({ days }) => days));
    expect(all).toMatchObject({ places: 26, opened: 20, booked: 12, held: 1, left: 6, closed: 6, waiting: 2 });
    expect(fillRate(all)).toBeCloseTo(0.65);
    expect(fillRate(groups[1]!.days[0]!)).toBeUndefined();
    expect(missRate(groups[0]!)).toBeCloseTo(0.1);
    expect(missRate(groups[1]!)).toBeUndefined();
  });

  test('of queues comes with who waits most first', () => {
    const both = queuesIn(parameters([...queue.parameter, ...queues.parameter.slice(1)]) as never);
    expect(both.queues.map(({ waiting }) => waiting)).toEqual([12, 4]);
  });
});

describe('Slots and queues', () => {
  test('keep their shape while they load', async () => {
    platform(() => never);
    await open(<SlotsPage />);
    expect((await screen.findAllByRole('status', { name: '正在读取' })).length).toBe(2);
  });

  test('say how places come to be when there are none', async () => {
    platform(({ path }) => (path.startsWith('$') ? parameters([]) : { resourceType: 'Bundle', type: 'searchset' }));
    await open(<SlotsPage />);
    await screen.findByText('今后 14 天没有号源');
    await screen.findByText('没有候诊队列');
    await screen.findByText('启用的排班都有号源');
  });

  test('say in the server’s sentence why they are not shown, each for itself', async () => {
    platform((asked) => (asked.path === '$booking-figures' ? new Refused(403, 'forbidden', '只能查看本机构的号源情况。') : answering(asked)));
    await open(<SlotsPage />);
    await screen.findByText('只能查看本机构的号源情况。');
    await screen.findByText('75 分钟');
  });

  test('tell of the region, the fullest first, in words and numbers', async () => {
    platform(answering);
    await open(<SlotsPage />);
    const fill = (await screen.findByRole('rowheader', { name: '县中医院' })).closest('table')!;
    const rows = within(fill).getAllByRole('row').slice(1);
    expect(rows.map(cells)).toEqual([
      ['县中医院', '75%', '1', '2', '–', '停诊', '未开放', '75%'],
      ['第一人民医院', '63%', '5', '–', '10%', '100%', '25%', '–'],
    ]);
    for (const words of ['20', '14 天共 26 个', '65%', '已约 12，占号待确认 1', '100 个到期预约中 10 个未到', '3 个排班']) expect(screen.getAllByText(words).length).toBeGreaterThan(0);
    const waits = screen.getAllByRole('region', { name: '当前候诊' })[0]!;
    await within(waits).findByText('75 分钟');
    expect(within(waits).getByText('18 分钟')).toBeTruthy();
  });

  test('lead from the region to a hospital, a department, a doctor and the hours of a day, and back', async () => {
    const asked = platform(answering);
    const { router } = await open(<SlotsPage />, { path: '/slots' });
    await userEvent.click((await screen.findAllByRole('button', { name: '第一人民医院' }))[0]!);
    await screen.findByText('到期未能放号：医师执业或岗位无效');
    await screen.findByText('心内科门诊');
    expect(screen.getByText('已停止取号')).toBeTruthy();
    await userEvent.click(await screen.findByRole('button', { name: '心血管内科' }));
    await userEvent.click(await screen.findByRole('button', { name: /王医生 2026-11-26/ }));
    await screen.findByText('08:00–08:30');
    expect(screen.getByText('2 / 2')).toBeTruthy();
    expect(screen.getByText('约满')).toBeTruthy();
    expect(router.state.location.search).toBe('?institution=a&department=a-card&schedule=s&day=2026-11-26');
    expect(asked.some(({ query }) => query.get('schedule') === 's' && query.get('day') === '2026-11-26')).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: '全区' }));
    await screen.findByText('3 个排班');
    expect(router.state.location.search).toBe('');
  });

  test('show staff the own institution, and no way to the region', async () => {
    const asked = platform((one) => (one.path === '/access/me' ? { role: 'practitioner', institution: 'a', name: '王医生' } : answering({ ...one, query: one.path === '$booking-figures' && !one.query.get('institution') ? new URLSearchParams({ institution: 'a' }) : one.query })));
    await open(<SlotsPage />, { account: true });
    await screen.findByRole('button', { name: '心血管内科' });
    expect(screen.queryByText('全区')).toBeNull();
    expect(asked.filter(({ path }) => path === '$booking-figures').every(({ query }) => [null, 'a'].includes(query.get('institution')))).toBe(true);
  });
});
