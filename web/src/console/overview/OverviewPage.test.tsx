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
  (statistics: unknown, loads: unknown = parameters([])) =>
  ({ path }: Asked) =>
    ({ $statistics: statistics, $loads: loads, metadata, '/health': { status: 'UP' }, '/metrics': '# HELP process_uptime_seconds\nprocess_uptime_seconds 93784.5\n' })[path];

describe('The overview', () => {
  test('shows the shape of what comes while it loads', async () => {
    platform(() => never);
    await open(<OverviewPage />);
    expect(screen.getAllByRole('status').length).toBe(4);
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
});
