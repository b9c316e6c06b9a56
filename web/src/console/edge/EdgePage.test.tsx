import { screen, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused } from '../../test/platform';
import { EdgePage } from './EdgePage';

const feed = (name: string, more: unknown[] = []) => ({ name: 'feed', part: [{ name: 'name', valueString: name }, { name: 'port', valueInteger: 2575 }, ...more] });
const node = (name: string, state: string, more: unknown[] = []) => ({
  name: 'node',
  part: [{ name: 'name', valueString: name }, { name: 'institution', valueReference: { reference: 'Organization/h' } }, { name: 'state', valueCode: state }, { name: 'key', valueString: 'thumb-1' }, ...more],
});
const answering = (parameter: unknown[]) => ({ path }: { path: string }) => (path === '$edge-nodes' ? { resourceType: 'Parameters', parameter } : { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: { resourceType: 'Organization', id: 'h', name: '县人民医院' } }] });

describe('Edge nodes', () => {
  test('keep their shape while they load', async () => {
    platform(() => never);
    await open(<EdgePage />);
    await screen.findByRole('status', { name: '正在读取' });
  });

  test('say how to begin when there are none', async () => {
    platform(answering([]));
    await open(<EdgePage />);
    await screen.findByText('还没有登记前置机');
  });

  test('say in the server’s sentence why they are not shown', async () => {
    platform(() => new Refused(403, 'forbidden', '您无权执行此操作。'));
    await open(<EdgePage />);
    await screen.findByText('您无权执行此操作。');
  });

  test('tell lag, errors and what waits for a person, in words', async () => {
    platform(
      answering([
        node('county', 'lagging', [
          { name: 'seen', valueInstant: new Date(Date.now() - 5_000).toISOString() },
          { name: 'remote', valueString: '10.1.2.3' },
          { name: 'trip', valueDecimal: 18 },
          { name: 'skew', valueDecimal: -120_000 },
          { name: 'free', valueDecimal: 20_480 },
          { name: 'full', valueBoolean: true },
          feed('his', [
            { name: 'waiting', valueDecimal: 20_000 },
            { name: 'oldest', valueInstant: new Date(Date.now() - 7_200_000).toISOString() },
            { name: 'delivered', valueDecimal: 1_234 },
            { name: 'error', valueString: '中心平台没有及时应答。' },
            { name: 'dead', valueDecimal: 2 },
            { name: 'refused', valueDecimal: 1 },
          ]),
        ]),
        node('clinic', 'new', [feed('lis')]),
      ]),
    );
    await open(<EdgePage />);
    await screen.findAllByText('县人民医院');
    const row = (await screen.findByRole('cell', { name: 'his :2575' })).closest('tr')!;
    expect(within(row).getAllByRole('cell').map(({ textContent }) => textContent)).toEqual(['his :2575', '20,000', '2小时前', '1,234', '3']);
    for (const words of ['积压', '等待首次连接', '5秒钟前有消息', '18 毫秒', '磁盘已满，不再接收消息', '时钟相差 120 秒', '中心平台没有及时应答。']) expect(screen.getByText(words)).toBeTruthy();
  });
});
