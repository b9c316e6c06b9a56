import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../../test/platform';
import { OverviewPage } from './OverviewPage';

const parameters = (parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const counts = parameters([
  { name: 'resources', part: [{ name: 'type', valueCode: 'Patient' }, { name: 'count', valueDecimal: 1234 }] },
  { name: 'resources', part: [{ name: 'type', valueCode: 'SomethingOfR6' }, { name: 'count', valueDecimal: 1 }] },
]);
const metadata = { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', software: { name: 'Helan', version: '0.1.0' }, rest: [{ resource: [{}, {}] }] };

const answering =
  (statistics: unknown, loads: unknown = parameters([]), links: unknown = parameters([{ name: 'probing', valueBoolean: false }])) =>
  ({ path }: Asked) =>
    ({ $statistics: statistics, $loads: loads, '$link-health': links, metadata, '/health': { status: 'UP' }, '/metrics': '# HELP process_uptime_seconds\nprocess_uptime_seconds 93784.5\n' })[path];

describe('The overview', () => {
  test('shows the shape of what comes while it loads', async () => {
    platform(() => never);
    await open(<OverviewPage />);
    expect(screen.getAllByRole('status').length).toBe(5);
  });

  test('says what it is waiting for when the platform is empty', async () => {
    platform(answering(parameters([])));
    await open(<OverviewPage />);
    await screen.findByText('平台里还没有数据');
    await screen.findByText('没有导入任务');
    await screen.findByText('正常');
    await screen.findByText('1 天 2 小时');
  });

  test('gives the reason of a failure in the words of the server, keeps the rest, and tries again', async () => {
    let broken = true;
    platform((asked) => (broken && asked.path === '$statistics' ? new Refused(422, 'too-costly', '统计范围太大。') : answering(counts)(asked)));
    await open(<OverviewPage />);
    const [alert] = await screen.findAllByText('统计范围太大。');
    expect(alert).toBeTruthy();
    await screen.findByText('Helan 0.1.0');
    broken = false;
    await userEvent.click(screen.getAllByRole('button', { name: '重试' })[0]!);
    await screen.findAllByText('1,234');
  });

  test('names each type in Chinese, and one it does not know as it is', async () => {
    platform(answering(counts));
    await open(<OverviewPage />);
    const row = (await screen.findByRole('cell', { name: 'Patient' })).closest('tr')!;
    expect(within(row).getAllByRole('cell').map(({ textContent }) => textContent)).toEqual(['居民', 'Patient', '1,234', '99.9%']);
    expect(screen.getAllByRole('cell', { name: 'SomethingOfR6' }).length).toBe(2);
  });

  test('shows how far a load is and what was refused', async () => {
    const load = [
      { name: 'id', valueString: '1' },
      { name: 'source', valueString: 'synthea.zip' },
      { name: 'state', valueCode: 'running' },
      { name: 'total', valueDecimal: 152 },
      { name: 'done', valueDecimal: 38 },
      { name: 'refused', valueDecimal: 3 },
      { name: 'resources', valueDecimal: 50000 },
    ];
    platform(answering(counts, parameters([{ name: 'load', part: load }])));
    await open(<OverviewPage />);
    await screen.findByText('synthea.zip');
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25');
    expect(screen.getByText('被拒 3 份')).toBeTruthy();
  });

  const link = (endpoint: string, name: string, state: string, more: unknown[] = []) => ({
    name: 'link',
    part: [
      { name: 'endpoint', valueString: endpoint },
      { name: 'name', valueString: name },
      { name: 'address', valueString: 'http://10.20.0.7/fhir' },
      { name: 'state', valueCode: state },
      { name: 'since', valueInstant: '2026-11-25T08:00:00Z' },
      ...more,
    ],
  });

  test('names the institutions whose links are down first, in word, shape and reason', async () => {
    const links = parameters([
      { name: 'probing', valueBoolean: true },
      link('1', '县人民医院', 'ok', [{ name: 'latency', valueDecimal: 12 }]),
      link('2', '城关卫生院', 'down', [{ name: 'reason', valueCode: 'timeout' }]),
      link('3', '中医院', 'degraded', [{ name: 'latency', valueDecimal: 1800 }]),
    ]);
    platform(answering(counts, parameters([]), links));
    await open(<OverviewPage />);
    await screen.findByText('城关卫生院');
    const section = screen.getByRole('region', { name: '机构链路' });
    const rows = within(section).getAllByRole('listitem').map(({ textContent }) => textContent);
    expect(rows.length).toBe(3);
    expect(rows[0]).toContain('城关卫生院');
    expect(rows[0]).toContain('✕中断');
    expect(rows[0]).toContain('超时无应答');
    expect(rows[1]).toContain('‖不稳定');
    expect(rows[1]).toContain('1,800 毫秒');
    expect(rows[2]).toContain('✓正常');
  });

  test('says how links come to be watched, and what is missing when there are none', async () => {
    platform(answering(counts));
    const { unmount } = await open(<OverviewPage />);
    await screen.findByText('没有监测机构链路');
    await screen.findByText('HELAN_LINK_NETWORKS');
    unmount();
    platform(answering(counts, parameters([]), parameters([{ name: 'probing', valueBoolean: true }])));
    await open(<OverviewPage />);
    await screen.findByText('没有可以监测的接口');
  });

  test('keeps the rest of the page when the links cannot be had', async () => {
    platform((asked) => (asked.path === '$link-health' ? new Refused(403, 'forbidden', '您无权读取 Endpoint。') : answering(counts)(asked)));
    await open(<OverviewPage />);
    await screen.findByText('您无权读取 Endpoint。');
    await screen.findAllByText('1,234');
  });
});
