import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../../test/platform';
import { ClearingPage } from './ClearingPage';
import { formatYuan } from '../../shared/clearing/money';
import { monthsLater, spanOf } from '../../shared/clearing/useClearing';

const part = (name: string, value: string | number | boolean) => (typeof value === 'number' ? { name, valueInteger: value } : typeof value === 'boolean' ? { name, valueBoolean: value } : { name, valueString: value });
const group = (name: string, values: Record<string, string | number | boolean>, ...more: unknown[]) => ({ name, part: [...Object.entries(values).map(([key, value]) => part(key, value)), ...more] });
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const institution = { name: 'institution', valueReference: { reference: 'Organization/h1' } };

const book = { counterpart: 'channel/sim', day: '2025-11-25', state: 'open', reconciled: '2025-11-26T01:00:00Z', ours: 3, theirs: 3, 'ours-amount': '31.50', 'theirs-amount': '32.50', 'by-key': 2, differences: 1 };
const difference = { id: 'c1', counterpart: 'channel/sim', day: '2025-11-25', kind: 'amount', state: 'found', flow: 'payment', key: 'order-1', ours: '10.00', theirs: '11.00' };
const month = group('month', { id: 'm1', month: '2025-11', counterpart: 'channel/sim', state: 'confirmed', lines: 3, in: '35.50', out: '4.00', adjusted: '0.00', due: '31.50', advance: '28.35' }, institution);
const line = (side: string, amount: string) => group('line', { side, statement: side === 'ours' ? 0 : 1, number: 1, flow: 'payment', key: 'order-1', amount, at: '2025-11-25T04:00:00Z' }, institution);

const answering = ({ path, query }: Asked) => {
  switch (path) {
    case '$clearing-counterparts':
      return parameters(group('counterpart', { name: 'channel/sim', display: '微信支付', fetched: true }));
    case '$clearing-days':
      return query.get('from')?.startsWith('2025-11') ? parameters(group('book', book), group('close', { scope: 'all', day: '2025-11-24' })) : parameters();
    case '$clearing-cases':
      return query.get('from')?.startsWith('2025-11') ? parameters(group('case', difference, institution)) : parameters();
    case '$clearing-months':
      return parameters(month);
    case '$clearing-case':
      return parameters(group('case', difference, institution), line('ours', '10.00'), line('theirs', '11.00'), group('step', { step: 'find', at: '2025-11-26T01:00:00Z' }), { name: 'open', valueCode: 'investigate' });
    case '$clearing-day':
      return parameters(group('statement', { number: 2, side: 'theirs', standing: true }));
    case '$clearing-lines':
      return parameters(line(query.get('statement') === '0' ? 'ours' : 'theirs', query.get('statement') === '0' ? '10.00' : '11.00'));
    default:
      return parameters();
  }
};

const at = '/?month=2025-11';
const cells = (row: HTMLElement) => [...row.children].map(({ textContent }) => textContent);

describe('Months', () => {
  test('have their days, and follow one another over the year', () => {
    expect(spanOf('2026-02')).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect([monthsLater('2026-01', -1), monthsLater('2026-12', 1)]).toEqual(['2025-12', '2027-01']);
  });
});

test('Money is written exactly, with its thousands', () => {
  expect([formatYuan('1930408.00'), formatYuan('-25.00'), formatYuan('0.10')]).toEqual(['¥1,930,408.00', '-¥25.00', '¥0.10']);
});

describe('The page of clearing', () => {
  test('shows days with both sides, what differs, and what is owed', async () => {
    platform(answering);
    await open(<ClearingPage />, { at });
    const [days] = await screen.findAllByRole('region', { name: '每日对账' });
    expect(cells(within(days!).getAllByRole('row')[1]!).slice(1, 7)).toEqual(['微信支付', '3 笔¥31.50', '3 笔¥32.50', '2', expect.stringContaining('1'), expect.stringContaining('待日结')]);
    const [cases] = screen.getAllByRole('region', { name: '差异' });
    expect(cells(within(cases!).getAllByRole('row')[1]!)).toEqual(['order-1', '2025-11-25', '微信支付', '金额不符', '¥10.00', '¥11.00', expect.stringContaining('已发现')]);
    expect(screen.getAllByRole('region', { name: '月度清算' })[0]?.textContent).toContain('¥31.50');
    expect(screen.getByText('2025-11-24')).toBeTruthy();
  });

  test('closes a day, and says why it could not', async () => {
    const asked = platform((one) => (one.path === '$clearing-close' ? new Refused(422, 'business-rule', '应先办理前一日的日结。') : answering(one)));
    await open(<ClearingPage />, { at });
    await userEvent.click(await screen.findByRole('button', { name: /日\s*结/ }));
    expect(await screen.findByText('应先办理前一日的日结。')).toBeTruthy();
    expect(asked.find(({ path }) => path === '$clearing-close')?.body).toEqual({ resourceType: 'Parameters', parameter: [{ name: 'scope', valueString: 'channel/sim' }, { name: 'day', valueString: '2025-11-25' }] });
  });

  test('opens the lines behind a number, of the statement that stands', async () => {
    const asked = platform(answering);
    await open(<ClearingPage />, { at });
    await userEvent.click(await screen.findByRole('button', { name: /32\.50/ }));
    expect((await screen.findAllByRole('region', { name: 'channel/sim 2025-11-25 明细' }))[0]?.textContent).toContain('¥11.00');
    expect(asked.filter(({ path }) => path === '$clearing-lines').at(-1)?.query.get('statement')).toBe('2');
  });

  test('shows a difference with its sides beside each other, and takes a step', async () => {
    const asked = platform(answering);
    await open(<ClearingPage />, { at });
    await userEvent.click(await screen.findByRole('button', { name: 'order-1' }));
    expect(await screen.findByText('平台账簿')).toBeTruthy();
    expect(screen.getByText('¥10.00')).toBeTruthy();
    expect(screen.getByText('¥11.00')).toBeTruthy();
    await userEvent.type(screen.getByLabelText('情况说明'), '渠道多收一元');
    await userEvent.click(screen.getByRole('button', { name: /核\s*查/ }));
    expect(asked.find(({ path }) => path === '$clearing-case-step')?.body).toEqual({
      resourceType: 'Parameters',
      parameter: [
        { name: 'id', valueString: 'c1' },
        { name: 'step', valueString: 'investigate' },
        { name: 'note', valueString: '渠道多收一元' },
      ],
    });
  });

  test.each([
    ['proposed', '拟调账：借 应收支付方，贷 应付机构，¥10.00'],
    ['adjusted', '已调账：借 应收支付方，贷 应付机构，¥10.00'],
    ['closed', '已调账：借 应收支付方，贷 应付机构，¥10.00'],
  ])('says of a difference that is %s whether it is booked', async (state, sentence) => {
    platform((one) => (one.path === '$clearing-case' ? parameters(group('case', { ...difference, state }, institution, group('remedy', { debit: 'payer', credit: 'institution', amount: '10.00' }))) : answering(one)));
    await open(<ClearingPage />, { at: `${at}&case=c1` });
    expect(await screen.findByText(sentence)).toBeTruthy();
  });

  test('says what is not there, what failed, and that it loads', async () => {
    platform(answering);
    await open(<ClearingPage />, { at: '/?month=2025-01' });
    expect(await screen.findByText('本月还没有对账单')).toBeTruthy();
    expect(screen.getByText('没有待处理的差异')).toBeTruthy();
  });

  test('says what failed', async () => {
    platform((one) => (one.path === '$clearing-days' ? new Refused(403, 'forbidden', '您无权查看。') : answering(one)));
    await open(<ClearingPage />, { at });
    expect(await screen.findByText('您无权查看。')).toBeTruthy();
  });

  test('shows lines in the shape of what comes while it loads', async () => {
    platform(() => never);
    const { container } = await open(<ClearingPage />, { at });
    expect(container.querySelector('.card')).not.toBeNull();
  });
});
