import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { bill, bills, channels, order, payable, together } from '../../test/bills';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const ME = { name: '马秀兰', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p'] };

function answers(own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME;
    if (asked.path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '马秀兰' }] }]);
    if (asked.path === '$pay-channels') return channels();
    if (asked.path === 'Patient/p/$credit') return bills();
    return bundleOf([]);
  });
}

beforeEach(() => sessionStorage.clear());

describe('my bills', () => {
  test('say who pays what in one sentence, and how it was reckoned', async () => {
    answers(({ path }) => (path === 'Claim/c1/$bill' ? bills(bill('owing')) : undefined));
    await openResident('/bills/c1');
    expect(await screen.findByText('这次 ¥243.00，各方支付 ¥12.21，您付 ¥230.79')).toBeTruthy();
    expect(screen.getByText('¥22.20 × 55% = ¥12.21')).toBeTruthy();
    expect(screen.getByText('减去起付标准 ¥200.00')).toBeTruthy();
    expect(screen.getByText(/先行自付 ¥20.80/)).toBeTruthy();
    expect(screen.getByText(/未经核实/)).toBeTruthy();
  });

  test('of several institutions are paid by one code, and each has its own receipt', async () => {
    let state = together('paying', 'paying');
    const all = bills(bill('owing', [payable('a1')]), bill('owing', [payable('a2')], 'c2', ['s', '惠民大药房']));
    const asked = answers(({ path }) => {
      if (path === 'Patient/p/$bills') return all;
      if (path === 'Patient/p/$collect-bills') return bills(payable('a1'), payable('a2'));
      if (path === '$pay-simulate') state = together('paid', 'paid');
      if (path === '$pay' || path === 'Invoice/o1/$pay-status') return state;
      return path === '$pay-simulate' ? bills() : undefined;
    });
    await openResident('/bills');
    await userEvent.click(await screen.findByRole('button', { name: '支付全部 ¥461.58' }));
    expect(await screen.findByText('一次支付，共 2 家机构')).toBeTruthy();
    expect(screen.getByText('惠民大药房，共 1 张结算单')).toBeTruthy();
    await screen.findByRole('radio', { name: '云闪付' });
    expect(screen.queryByRole('radio', { name: '数字人民币' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '支付 ¥461.58' }));
    expect(await screen.findByText('请用支付应用扫码，支付 ¥233.70')).toBeTruthy();
    const pay = asked.find(({ path }) => path === '$pay')?.body;
    expect(pay).toMatchObject({ parameter: [{ valueString: 'Account/a1' }, { valueString: 'Account/a2' }, { valueString: 'way0' }] });
    expect(screen.getByRole('link', { name: '换一种支付方式' }).getAttribute('href')).toBe('#/bills/pay/a1,a2');
    await userEvent.click(screen.getByRole('button', { name: '模拟付款' }));
    expect(await screen.findByText('结算单已付清。')).toBeTruthy();
    for (const one of ['县人民医院', '惠民大药房']) expect(screen.getByRole('heading', { name: one })).toBeTruthy();
    for (const one of ['SIM1', 'SIM2', '¥230.79', '¥2.91']) expect(screen.getByText(one)).toBeTruthy();
  });

  test('of which one came back say so of that one alone', async () => {
    answers(({ path }) => (path === 'Invoice/o1/$pay-status' ? together('paid', 'refunded') : undefined));
    await openResident('/payments/o1');
    expect(await screen.findByText('支付成功')).toBeTruthy();
    expect(screen.getByText('已全额退款')).toBeTruthy();
    expect(screen.getByText('已退回')).toBeTruthy();
  });

  test('are paid one after the other where no way takes several', async () => {
    const all = bills(bill('owing', [payable('a1')]), bill('owing', [payable('a2')], 'c2', ['s', '惠民大药房']));
    answers(({ path }) => {
      if (path === 'Patient/p/$bills') return all;
      return path === '$pay-channels' ? bills({ name: 'channel', part: [{ name: 'code', valueCode: 'way1' }] }) : undefined;
    });
    await openResident('/bills/pay/a1,a2');
    expect(await screen.findByText('没有能一次付清的支付方式')).toBeTruthy();
    expect(screen.getByRole('link', { name: '支付 惠民大药房 ¥230.79' }).getAttribute('href')).toBe('#/bills/pay/a2');
  });

  test('of one hospital are paid at once, by an amount that the platform says', async () => {
    let paid = false;
    const asked = answers(({ path }) => {
      if (path === 'Patient/p/$bills') return bills(bill('owing', [{ name: 'payable', valueReference: { reference: 'Account/a1' } }]), bill('deferred', [{ name: 'payable', valueReference: { reference: 'Account/a1' } }], 'c2'));
      if (path === 'Patient/p/$collect-bills') return bills({ name: 'payable', valueReference: { reference: 'Account/a1' } });
      if (path === '$pay') paid = true;
      if (path === '$pay' || path === 'Invoice/o1/$pay-status') return order(paid ? 'paid' : 'paying', [{ name: 'delivered', valueCode: 'done' }]);
      return undefined;
    });
    await openResident('/bills');
    expect(await screen.findByText('待支付 ¥461.58')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '支付全部 ¥461.58' }));
    await userEvent.click(await screen.findByRole('button', { name: '支付 ¥461.58' }));
    expect(await screen.findByText('结算单已付清。')).toBeTruthy();
    expect(JSON.stringify(asked.find(({ path }) => path === 'Patient/p/$collect-bills')?.body)).toContain('c2');
    const pay = JSON.stringify(asked.find(({ path }) => path === '$pay')?.body);
    expect(pay).toContain('Account/a1');
    expect(pay).not.toContain('461');
    expect(screen.getByRole('link', { name: '查看结算单' }).getAttribute('href')).toBe('#/bills');
  });

  test('may be put off, and a refusal is said in the platform’s words', async () => {
    answers(({ path }) => {
      if (path === 'Claim/c1/$bill') return bills(bill('owing'));
      if (path === 'Claim/c1/$pay-later') return new Refused(422, 'business-rule', '超过先诊疗后付费的可用额度。');
      return undefined;
    });
    await openResident('/bills/c1');
    await userEvent.click(await screen.findByRole('button', { name: '改为以后付' }));
    expect(await screen.findByText('超过先诊疗后付费的可用额度。')).toBeTruthy();
  });

  test('that are being reversed do not say that it is over', async () => {
    answers(({ path }) => (path === 'Claim/c1/$bill' ? bills(bill('reversing')) : undefined));
    await openResident('/bills/c1');
    expect(await screen.findByText('正在撤销')).toBeTruthy();
    expect(screen.getByText(/款项正在退回/)).toBeTruthy();
    expect(screen.queryByText(/已退回|已撤销/)).toBeNull();
  });

  test('that were reversed say so, and where the money is', async () => {
    answers(({ path }) =>
      path === 'Claim/c1/$bill'
        ? bills(
            bill('reversed', [
              {
                name: 'money',
                part: [
                  { name: 'invoice', valueReference: { reference: 'Invoice/o1' } },
                  { name: 'state', valueCode: 'back' },
                  { name: 'amount', valueString: '230.79' },
                ],
              },
            ]),
          )
        : undefined,
    );
    await openResident('/bills/c1');
    expect(await screen.findByText(/您付的钱按原路退回/)).toBeTruthy();
    expect(screen.getByRole('link', { name: /¥230.79/ }).getAttribute('href')).toBe('#/payments/o1');
    expect(screen.queryByRole('button', { name: /支付 ¥/ })).toBeNull();
  });
});
