import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../../test/platform';
import { FinancePage } from './FinancePage';

const part = (name: string, value: string | number | boolean) => (typeof value === 'number' ? { name, valueInteger: value } : typeof value === 'boolean' ? { name, valueBoolean: value } : { name, valueString: value });
const group = (name: string, values: Record<string, string | number | boolean>, ...more: unknown[]) => ({ name, part: [...Object.entries(values).map(([key, value]) => part(key, value)), ...more] });
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const institution = { name: 'institution', valueReference: { reference: 'Organization/h1' } };

const closed = { counterpart: 'channel/sim', day: '2025-11-25', state: 'closed', reconciled: '2025-11-26T01:00:00Z', differences: 2, open: 0, listed: 3, 'listed-in': '31.50', 'listed-out': '4.00', ours: 3, 'ours-in': '31.50', 'ours-out': '4.00' };
const matched = { counterpart: 'channel/sim', day: '2025-11-26', state: 'open', reconciled: '2025-11-27T01:00:00Z', differences: 1, open: 1 };
const difference = { id: 'c1', counterpart: 'channel/sim', day: '2025-11-26', kind: 'only-listed', state: 'investigated', flow: 'payment', key: 'order-1', listed: '10.00' };
const month = { id: 'm1', month: '2025-11', counterpart: 'channel/sim', state: 'drawn', lines: 3, in: '35.50', out: '4.00', adjusted: '0.00', due: '31.50', advance: '28.35' };
const close = { scope: 'institution/h1', day: '2025-11-25', number: 7, at: '2025-11-26T02:00:00Z', digest: 'ab12', debits: '10.00', credits: '41.50' };
const layout = JSON.stringify({ charset: 'UTF-8', columns: [{ name: 'time' }, { name: 'order' }] });
const moved = (index: number) => group('movement', { intent: `bill-${index}`, step: 'agreed-1', line: 1, at: `2025-11-25T04:00:${String(index).padStart(2, '0')}Z`, side: 'credit', other: 'payer/b1.basic', amount: '12.21', reserved: '0.00' });

const answering = ({ path, query }: Asked): unknown => {
  switch (path) {
    case '$clearing-counterparts':
      return parameters(group('counterpart', { name: 'channel/sim', display: '微信支付', fetched: true, lists: 'list' }), group('layout', { code: 'list', content: layout }));
    case '$clearing-days':
      return query.get('from')?.startsWith('2025-11') ? parameters(group('own', matched), group('own', closed), group('close', close)) : parameters();
    case '$clearing-cases':
      return query.get('from')?.startsWith('2025-11') ? parameters(group('case', difference, institution)) : parameters();
    case '$clearing-months':
      return query.get('month') === '2025-11' ? parameters(group('month', month, institution)) : parameters();
    case '$clearing-month':
      return parameters(group('month', month, institution), group('step', { step: 'draw', amount: '31.50', at: '2025-12-01T01:00:00Z', by: 'ann' }), { name: 'open', valueCode: 'confirm' }, { name: 'open', valueCode: 'dispute' });
    case '$clearing-case':
      return parameters(group('case', difference, institution), group('line', { side: 'institution', statement: 1, number: 1, flow: 'payment', key: 'order-1', amount: '10.00', at: '2025-11-26T04:00:00Z' }), group('step', { step: 'find', at: '2025-11-27T01:00:00Z' }), { name: 'open', valueCode: 'propose' });
    case '$clearing-lines':
      return parameters(group('line', { side: 'ours', statement: 0, number: 1, flow: 'payment', key: 'order-7', amount: '31.50', at: '2025-11-25T04:00:00Z' }));
    case '/statements/channel/sim/2025-11-26':
      return parameters(group('statement', { number: 1, lines: 2, in: '15.00', out: '0.00', new: true }));
    case '$ledger-accounts':
      return query.get('kind') === 'institution' ? parameters(group('account', { account: 'institution/h1', owner: 'h1', balance: query.has('day') ? '31.50' : '243.00', debits: '0.00', credits: '243.00' })) : parameters();
    case '$ledger-movements':
      return query.has('after') ? parameters(moved(0)) : parameters(...Array.from({ length: 50 }, (_, index) => moved(50 - index)), { name: 'next', valueString: '2025-11-25T04:00:01Z 1 agreed-1 bill-1' });
    default:
      return parameters();
  }
};

const at = '/?month=2025-11';
const cells = (row: HTMLElement) => [...row.children].map(({ textContent }) => textContent);
const region = async (name: string) => (await screen.findAllByRole('region', { name }))[0]!;

describe('The finance officer of an institution', () => {
  test('sees its days, differences, sealed days and months', async () => {
    platform(answering);
    await open(<FinancePage />, { at });
    const rows = within(await region('每日对账')).getAllByRole('row');
    expect(cells(rows[1]!).slice(1)).toEqual(['微信支付', '未报送', '查看', expect.stringContaining('1 待处理，共 1'), expect.stringContaining('待日结'), '报送清单']);
    expect(cells(rows[2]!).slice(1)).toEqual(['微信支付', '3 笔¥31.50退 ¥4.00', '3 笔¥31.50退 ¥4.00', '2', expect.stringContaining('已日结'), '']);
    expect((await region('差异')).textContent).toContain('order-1');
    expect((await region('已日结')).textContent).toContain('¥31.50');
    expect((await region('月度清算')).textContent).toContain('待确认');
  });

  test('opens the own lines of a day', async () => {
    const asked = platform(answering);
    await open(<FinancePage />, { at });
    await userEvent.click(await screen.findByRole('button', { name: '查看' }));
    expect(await screen.findByText('order-7')).toBeTruthy();
    expect(asked.find(({ path }) => path === '$clearing-lines')?.query.get('statement')).toBe('0');
  });

  test('proposes an adjustment, and against which account', async () => {
    const asked = platform(answering);
    await open(<FinancePage />, { at: `${at}&case=c1` });
    expect(await screen.findByText('机构清单')).toBeTruthy();
    expect(screen.getAllByText('没有这一笔')).toHaveLength(2);
    await userEvent.click(screen.getByRole('combobox', { name: '记到' }));
    await userEvent.click(await screen.findByTitle('应付机构'));
    await userEvent.type(screen.getByLabelText('情况说明'), '补记一笔');
    await userEvent.click(screen.getByRole('button', { name: '提出调账' }));
    expect(asked.find(({ path }) => path === '$clearing-case-step')?.body).toMatchObject({
      parameter: [
        { name: 'id', valueString: 'c1' },
        { name: 'step', valueString: 'propose' },
        { name: 'against', valueString: 'institution' },
        { name: 'note', valueString: '补记一笔' },
      ],
    });
  });

  test('confirms a month, or says why not', async () => {
    const asked = platform((one) => (one.path === '$clearing-month-step' ? new Refused(400, 'value', '请写明情况，2 至 500 字。') : answering(one)));
    await open(<FinancePage />, { at: `${at}&owed=m1` });
    await userEvent.click(await screen.findByRole('button', { name: '提出异议' }));
    expect(await screen.findByText('请写明情况，2 至 500 字。')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: /确\s*认/ }));
    expect(asked.filter(({ path }) => path === '$clearing-month-step').map(({ body }) => JSON.stringify(body))).toEqual([expect.stringContaining('dispute'), expect.stringContaining('confirm')]);
  });
});

test('A file of the months that is refused says why, and is asked for again', async () => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x');
  let refuses = true;
  const asked = platform((one) => (one.path === '$clearing-month-file' ? (refuses ? new Refused(503, 'transient', '请稍后再试。') : 'a,b') : answering(one)));
  await open(<FinancePage />, { at });
  await userEvent.click(await screen.findByRole('button', { name: '下载 CSV' }));
  await screen.findByText('请稍后再试。');
  refuses = false;
  await userEvent.click(screen.getByRole('button', { name: /重\s*试/ }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(asked.filter(({ path }) => path === '$clearing-month-file').map(({ query }) => query.get('month'))).toEqual(['2025-11', '2025-11']);
});

describe('A list that is sent', () => {
  const list = (text: string) => new File([text], 'list.csv', { type: 'text/csv' });
  const choose = async (file: File) => {
    await userEvent.upload(await screen.findByLabelText('文件（CSV，可用 gzip 压缩）'), file);
    await userEvent.click(screen.getByRole('button', { name: /报\s*送/ }));
  };

  test('is taken for its day', async () => {
    const asked = platform(answering);
    await open(<FinancePage />, { at: `${at}&send=1&counterpart=channel/sim&day=2025-11-26` });
    expect((await screen.findByText(/约定的列/)).textContent).toContain('time,order');
    await choose(list('time,order'));
    expect(await screen.findByText('已收 2 笔。')).toBeTruthy();
    expect(asked.find(({ path }) => path.startsWith('/statements'))?.method).toBe('POST');
  });

  test('is refused with its line', async () => {
    platform((one) => (one.path.startsWith('/statements') ? new Refused(400, 'structure', '第 2 行：金额格式不正确或为零，整份未收。') : answering(one)));
    await open(<FinancePage />, { at: `${at}&send=1&counterpart=channel/sim&day=2025-11-26` });
    await choose(list('time,order\n2025,1.0x\n'));
    expect(await screen.findByText('第 2 行：金额格式不正确或为零，整份未收。')).toBeTruthy();
    expect(await screen.findByText('2025,1.0x')).toBeTruthy();
  });
});

describe('The books', () => {
  test('have balances now and at the end of a day', async () => {
    const asked = platform(answering);
    await open(<FinancePage />, { at: '/?view=books' });
    expect(await screen.findByRole('row', { name: '平台应付本院 ¥0.00 ¥243.00 ¥243.00' })).toBeTruthy();
    const day = screen.getByLabelText('某日日终');
    await userEvent.type(day, '2025-11-25');
    expect(await screen.findByRole('row', { name: '平台应付本院 ¥0.00 ¥243.00 ¥31.50' })).toBeTruthy();
    expect(screen.getByRole('heading', { name: '2025-11-25 日终余额' })).toBeTruthy();
    // What moved it shows what that balance is made of, and nothing later.
    await userEvent.click(screen.getByRole('button', { name: '平台应付本院' }));
    await region('平台应付本院');
    expect(asked.filter(({ path }) => path === '$ledger-movements').at(-1)?.query.get('before')).toBe('2025-11-25T16:00:00.000Z');
  });

  test('tell what moved an account, page by page', async () => {
    const asked = platform(answering);
    await open(<FinancePage />, { at: '/?view=books' });
    await userEvent.click(await screen.findByRole('button', { name: '平台应付本院' }));
    const table = within(await region('平台应付本院'));
    expect(cells(table.getAllByRole('row')[1]!).slice(1)).toEqual(['支付方同意', 'bill-50', '支付方 b1 基本医保', '', '¥12.21']);
    await userEvent.click(screen.getByRole('button', { name: '更早的' }));
    expect(await screen.findByText('bill-0')).toBeTruthy();
    expect(asked.filter(({ path }) => path === '$ledger-movements').at(-1)?.query.get('after')).toBe('2025-11-25T04:00:01Z 1 agreed-1 bill-1');
    await userEvent.click(screen.getByRole('button', { name: '较近的' }));
    expect(await screen.findByText('bill-50')).toBeTruthy();
  });
});

describe('The page', () => {
  test('says what is not there', async () => {
    platform(answering);
    await open(<FinancePage />, { at: '/?month=2025-01' });
    expect(await screen.findByText('本月还没有对账的日子')).toBeTruthy();
    expect(screen.getByText('没有待处理的差异')).toBeTruthy();
    expect(screen.getByText('本月还没有日结')).toBeTruthy();
  });

  test('says what failed, and asks again', async () => {
    let isDown = true;
    platform((one) => (isDown && one.path === '$clearing-days' ? new Refused(403, 'forbidden', '仅限本机构财务人员办理本机构的账目。') : answering(one)));
    await open(<FinancePage />, { at });
    expect(await screen.findByText('仅限本机构财务人员办理本机构的账目。')).toBeTruthy();
    isDown = false;
    await userEvent.click(screen.getByRole('button', { name: /重\s*试/ }));
    await waitFor(() => expect(screen.getAllByText('微信支付').length).toBeGreaterThan(0));
  });

  test('shows lines in the shape of what comes while it loads', async () => {
    platform(() => never);
    await open(<FinancePage />, { at });
    expect(screen.getByRole('status', { name: '正在读取' })).toBeTruthy();
  });
});
