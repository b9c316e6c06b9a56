import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Appointment, Parameters, ParametersParameter } from 'fhir/r4';
import { beforeEach, describe, expect, test } from 'vitest';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import { signIn } from '../../shared/session/session';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { Resident } from '../Resident';
import { go } from '../router';

const ME = { name: '马秀兰', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
const EXTENSION = 'https://helan.health/fhir/StructureDefinition/';

const HELD: Appointment = {
  resourceType: 'Appointment',
  id: 'a',
  status: 'pending',
  start: '2030-01-07T00:30:00Z',
  extension: [
    { url: `${EXTENSION}booking-fee`, valueMoney: { value: 12.5, currency: 'CNY' } },
    { url: `${EXTENSION}held-until`, valueInstant: '2030-01-01T00:15:00Z' },
  ],
  participant: [{ status: 'accepted', actor: { reference: 'PractitionerRole/r', display: '王医生' } }],
};

const CHANNELS: Parameters = {
  resourceType: 'Parameters',
  parameter: ['微信支付', '云闪付'].map((name, index) => ({
    name: 'channel',
    part: [
      { name: 'code', valueCode: `way${index}` },
      { name: 'name', valueString: name },
    ],
  })),
};

const order = (state: string, more: ParametersParameter[] = []): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'order',
      part: [
        { name: 'number', valueString: 'o1' },
        { name: 'state', valueCode: state },
        { name: 'what', valueString: '预约挂号费' },
        { name: 'payable', valueReference: { reference: 'Appointment/a' } },
        { name: 'amount', valueString: '12.50' },
        { name: 'expires', valueInstant: '2030-01-01T00:15:00Z' },
        ...more,
      ],
    },
  ],
});

function answers(own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME;
    if (asked.path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '马秀兰' }] }]);
    if (asked.path === '$pay-channels') return CHANNELS;
    return bundleOf([]);
  });
}

async function open(route: string) {
  await startTranslation({ zh, en: () => Promise.resolve(en) });
  go(route);
  signIn('token', 'refresh');
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Resident />
    </QueryClientProvider>,
  );
}

beforeEach(() => sessionStorage.clear());

describe('paying', () => {
  test('a held place is paid by the channel that was chosen, and the receipt says by which', async () => {
    let state = order('paying', [
      { name: 'channel', valueCode: 'way1' },
      { name: 'code', valueString: 'sim:way1:abc' },
    ]);
    const asked = answers(({ path }) => {
      if (path === 'Appointment/a') return HELD;
      if (path === '$pay' || path === 'Invoice/o1/$pay-status') return state;
      if (path === '$pay-simulate') {
        state = order('paid', [
          { name: 'channel', valueCode: 'way1' },
          { name: 'transaction', valueString: 'SIM42' },
          { name: 'paid', valueInstant: '2030-01-01T00:05:00Z' },
          { name: 'delivered', valueCode: 'done' },
          { name: 'refunded', valueString: '0.00' },
        ]);
        return { resourceType: 'Parameters' };
      }
      return undefined;
    });
    await open('/book/held/a');
    await userEvent.click(await screen.findByRole('link', { name: '在线支付 ¥12.50' }));
    await userEvent.click(await screen.findByRole('radio', { name: '云闪付' }));
    await userEvent.click(screen.getByRole('button', { name: '支付 ¥12.50' }));
    expect(await screen.findByRole('img', { name: '付款码' })).toBeTruthy();
    const pay = JSON.stringify(asked.find(({ path }) => path === '$pay')?.body);
    expect(pay).toContain('Appointment/a');
    expect(pay).toContain('way1');
    expect(pay).not.toContain('12.5');
    await userEvent.click(screen.getByRole('button', { name: '模拟付款' }));
    expect(await screen.findByText('支付成功')).toBeTruthy();
    expect(screen.getByText('SIM42')).toBeTruthy();
    expect(screen.getByText('云闪付')).toBeTruthy();
  });

  test('a channel that said no leads to another try, without a word of money taken', async () => {
    answers(({ path }) => (path === 'Invoice/o1/$pay-status' ? order('created') : undefined));
    await open('/payments/o1');
    expect(await screen.findByText('支付未完成')).toBeTruthy();
    expect(screen.getByRole('link', { name: '重新支付' }).getAttribute('href')).toBe('#/book/pay/a');
  });

  test('money that the place did not wait for is on its way back, and that is said', async () => {
    answers(({ path }) =>
      path === 'Invoice/o1/$pay-status'
        ? order('paid', [
            { name: 'delivered', valueCode: 'refused' },
            {
              name: 'refund',
              part: [
                { name: 'amount', valueString: '12.50' },
                { name: 'state', valueCode: 'asked' },
              ],
            },
          ])
        : undefined,
    );
    await open('/payments/o1');
    expect(await screen.findByText('已支付，但号源已失效')).toBeTruthy();
    expect(screen.getByText('退款中')).toBeTruthy();
  });

  test('a refusal is said in the platform’s words and the choice stays', async () => {
    answers(({ path }) => {
      if (path === 'Appointment/a') return HELD;
      if (path === '$pay') return new Refused(503, 'transient', '原支付方式暂无应答，尚不清楚是否已扣款，请稍后再试。');
      return undefined;
    });
    await open('/book/pay/a');
    await userEvent.click(await screen.findByRole('button', { name: '支付 ¥12.50' }));
    expect(await screen.findByText(/暂无应答/)).toBeTruthy();
  });

  test('my payments lead to their receipts', async () => {
    answers(({ path }) => (path === 'Patient/p/$payments' ? order('refunded', [{ name: 'refunded', valueString: '12.50' }]) : undefined));
    await open('/payments');
    const row = await screen.findByRole('link', { name: /预约挂号费 ¥12.50/ });
    expect(row.getAttribute('href')).toBe('#/payments/o1');
    expect(row.textContent).toContain('已退 ¥12.50');
  });
});
