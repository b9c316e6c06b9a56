import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { bill, bills, channels, order } from '../../test/bills';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';
import { ClaimsPage } from '../claims/ClaimsPage';
import { CashierPage } from './CashierPage';

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === 'Patient/$locate') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '马*兰' }], gender: 'female' }]);
    if (asked.path === 'Patient/p/$bills') return bills();
    if (asked.path === '$pay-channels') return channels();
    return bundleOf([]);
  });
}

async function atTheCounter() {
  await open(<CashierPage />, { account: true });
  await userEvent.type(await screen.findByLabelText('证件号码'), '649100195803120002');
  await userEvent.click(screen.getByRole('button', { name: '查找' }));
  await userEvent.click(await screen.findByRole('button', { name: '结算' }));
}

describe('The cashier', () => {
  test('reckons, settles and takes the own money, whose amount the platform says', async () => {
    let state = 'presettled';
    const asked = answers(({ path }) => {
      if (path === 'Patient/p/$presettle' || path === 'Claim/c1/$bill') return bills(bill(state));
      if (path === 'Claim/c1/$settle') {
        state = 'owing';
        return bills(bill(state));
      }
      if (path === 'Patient/p/$collect-bills') return bills({ name: 'payable', valueReference: { reference: 'Account/a1' } });
      if (path === '$pay' || path === 'Invoice/o1/$pay-status') return order('paying', [{ name: 'code', valueCode: 'sim:way0:abc' }]);
      return undefined;
    });
    await atTheCounter();
    await userEvent.click(screen.getByRole('checkbox', { name: '经转诊' }));
    await userEvent.click(screen.getByRole('button', { name: '预结算' }));
    const shares = within(await screen.findByRole('table', { name: '各方支付' }));
    expect(shares.getByText('¥22.20 × 55% = ¥12.21')).toBeTruthy();
    expect(JSON.stringify(asked.find(({ path }) => path === 'Patient/p/$presettle')?.body)).toContain('referred');
    await userEvent.click(screen.getByRole('button', { name: '结算' }));
    await userEvent.click(await screen.findByRole('button', { name: '收款 ¥230.79' }));
    expect(await screen.findByRole('img', { name: '付款码' })).toBeTruthy();
    const pay = JSON.stringify(asked.find(({ path }) => path === '$pay')?.body);
    expect(pay).toContain('Account/a1');
    expect(pay).not.toContain('230');
  });

  test('takes one of the two marks of another city, never both', async () => {
    const asked = answers(({ path }) => (path === 'Patient/p/$presettle' || path === 'Claim/c1/$bill' ? bills(bill('presettled')) : undefined));
    await atTheCounter();
    for (const name of ['异地（未备案）', '经转诊', '异地（已备案）']) await userEvent.click(screen.getByRole('checkbox', { name }));
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: '异地（未备案）' }).checked).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '预结算' }));
    const sent = () => asked.filter(({ path }) => path === 'Patient/p/$presettle').map(({ body }) => (body as { parameter: { valueString: string }[] }).parameter.map(({ valueString }) => valueString));
    await waitFor(() => expect(sent()).toEqual([['referred', 'other-city-registered']]));
    await userEvent.click(screen.getByRole('checkbox', { name: '异地（已备案）' }));
    await userEvent.click(screen.getByRole('button', { name: /预结算/ }));
    await waitFor(() => expect(sent().at(-1)).toEqual(['referred']));
  });

  test('reads the code of a health card where there is a counter for it', async () => {
    const asked = answers(({ path }) => {
      if (path === '$card-terminals')
        return bills({
          name: 'terminal',
          part: [
            { name: 'id', valueString: 'till' },
            { name: 'name', valueString: '收费窗口' },
            { name: 'state', valueCode: 'active' },
            { name: 'attended', valueBoolean: true },
            { name: 'scene', valueCode: 'payment' },
          ],
        });
      if (path === '$scan-card') return bills({ name: 'patient', valueReference: { reference: 'Patient/p', display: '马秀兰' } }, { name: 'gender', valueCode: 'female' });
      return undefined;
    });
    await open(<CashierPage />, { account: true });
    await userEvent.type(await screen.findByLabelText('健康卡码'), 'HC1:abc{Enter}');
    expect(await screen.findByText('马秀兰')).toBeTruthy();
    expect(JSON.stringify(asked.find(({ path }) => path === '$scan-card')?.body)).toContain('"payment"');
    expect(asked.some(({ path }) => path === 'Patient/p/$bills')).toBe(true);
  });

  test('says that the bills could not be read, and reads them again', async () => {
    let down = true;
    answers(({ path }) => (path === 'Patient/p/$bills' && down ? new Refused(503, 'transient', '数据库正忙，请稍后再试。') : path === 'Patient/p/$bills' ? bills(bill('settled')) : undefined));
    await atTheCounter();
    await screen.findByText('数据库正忙，请稍后再试。');
    expect(screen.queryByText('没有结算单')).toBeNull();
    down = false;
    await userEvent.click(screen.getByRole('button', { name: '重试' }));
    await screen.findByRole('button', { name: /¥243.00/ });
  });

  test('takes a record that is closed to the institution for one without bills', async () => {
    answers(({ path }) => (path === 'Patient/p/$bills' ? new Refused(403, 'forbidden', '无权查看。') : undefined));
    await atTheCounter();
    await screen.findByText('没有结算单');
    expect(screen.queryByText('无权查看。')).toBeNull();
  });

  test('says when ways to pay, or the payment under way, cannot be read', async () => {
    let down = true;
    answers(({ path }) => {
      if (path === 'Patient/p/$bills' || path === 'Claim/c1/$bill') return bills(bill('owing'));
      if (path === '$pay-channels') return down ? new Refused(503, 'transient', '收款方式读不到。') : channels();
      if (path === 'Patient/p/$collect-bills') return bills({ name: 'payable', valueReference: { reference: 'Account/a1' } });
      if (path === '$pay') return order('paying');
      if (path === 'Invoice/o1/$pay-status') return new Refused(503, 'transient', '支付结果读不到。');
      return undefined;
    });
    await atTheCounter();
    await userEvent.click(await screen.findByRole('button', { name: /¥243.00/ }));
    await screen.findByText('收款方式读不到。');
    down = false;
    await userEvent.click(screen.getByRole('button', { name: '重试' }));
    await userEvent.click(await screen.findByRole('button', { name: '收款 ¥230.79' }));
    await screen.findByText('支付结果读不到。');
  });

  test('gives back the chosen lines with a reason, and nothing without', async () => {
    const asked = answers(({ path }) => {
      if (path === 'Patient/p/$bills') return bills(bill('settled'));
      if (path === 'Claim/c1/$bill') return bills(bill('settled'));
      if (path === 'Claim/c1/$refund-charges') return new Refused(422, 'business-rule', '请选择本结算单中要退的费用。');
      return undefined;
    });
    await atTheCounter();
    await userEvent.click(await screen.findByRole('button', { name: /¥243.00/ }));
    const refund = await screen.findByRole('button', { name: '退所选费用' });
    expect(refund.hasAttribute('disabled')).toBe(true);
    await userEvent.click(screen.getByRole('checkbox', { name: '胸部 CT' }));
    await userEvent.type(screen.getByLabelText('原因'), '未做');
    await userEvent.click(refund);
    await screen.findByText('请选择本结算单中要退的费用。');
    await waitFor(() =>
      expect(asked.find(({ path }) => path === 'Claim/c1/$refund-charges')?.body).toEqual({
        resourceType: 'Parameters',
        parameter: [
          { name: 'charge', valueString: 'ChargeItem/y' },
          { name: 'reason', valueString: '未做' },
        ],
      }),
    );
  });
});

describe('The insurance officer', () => {
  test('sees the own institution’s shares by state, page by page, and opens one', async () => {
    const asked = answers(({ path, query }) =>
      path !== '$payer-claims'
        ? undefined
        : query.has('claim')
          ? bills(bill('settled'))
          : bills(
              {
                name: 'claim',
                part: [
                  { name: 'number', valueString: query.has('after') ? 'c2' : 'c1' },
                  { name: 'institution', valueReference: { reference: 'Organization/h', display: '县人民医院' } },
                  { name: 'payer', valueCode: 'basic' },
                  { name: 'state', valueCode: query.get('state') ?? 'agreed' },
                  { name: 'amount', valueString: '12.21' },
                  { name: 'answered', valueString: '13.21' },
                ],
              },
              ...(query.has('after') ? [] : [{ name: 'next', valueString: '2026-11-20T00:00:00Z c1 1' }]),
            ),
    );
    await open(<ClaimsPage />, { account: true });
    expect(await screen.findByText('¥12.21')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '更早的' }));
    await screen.findByRole('button', { name: 'c2' });
    await userEvent.click(screen.getByRole('button', { name: 'c1' }));
    const claim = within(await screen.findByRole('article', { name: '结算明细' }));
    claim.getByText('¥22.20 × 55% = ¥12.21');
    claim.getByText('胸部 CT');
    await userEvent.click(claim.getByRole('button', { name: /收\s?起/ }));
    await userEvent.click(screen.getByText('金额不符'));
    await waitFor(() => expect(asked.some(({ path, query }) => path === '$payer-claims' && query.get('state') === 'differs')).toBe(true));
  });

  test.each([
    ['nothing in any state', () => false, '还没有请本机构支付的结算'],
    ['nothing in this state', (state: string | null) => state === null, '没有这样的结算'],
  ])('is told of %s', async (_, has: (state: string | null) => boolean, sentence) => {
    answers(({ path, query }) => (path !== '$payer-claims' ? undefined : has(query.get('state')) ? bills({ name: 'claim', part: [{ name: 'number', valueString: 'c1' }, { name: 'payer', valueCode: 'basic' }, { name: 'state', valueCode: 'agreed' }] }) : bills()));
    await open(<ClaimsPage />, { account: true, at: '/?state=differs' });
    expect(await screen.findByText(sentence)).toBeTruthy();
  });
});
