import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Appointment, Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { get, operate } from '../fhir/client';

const STATES = ['created', 'paying', 'paid', 'refunded', 'closed'] as const;
export type OrderState = (typeof STATES)[number];

/** An order to pay for something (docs/guide/payment.md). Amounts in yuan, as text with two places. */
export type Order = {
  id: string;
  state: OrderState;
  what: string;
  /** As `Appointment/id` or `Encounter/id`. */
  payable: string;
  /** Name of the institution that the money is for. */
  where: string;
  amount: string;
  channel: string | undefined;
  /** What the channel’s application is shown; only while it waits. */
  code: string | undefined;
  /** The channel’s own number. */
  transaction: string | undefined;
  expires: string | undefined;
  created: string | undefined;
  paid: string | undefined;
  /** Whether what was paid for is there: `open`, `done`, `refused`. */
  delivered: string | undefined;
  refunded: string | undefined;
  refunds: Refund[];
  /** The payment that it is one part of; undefined for alone. */
  joint: Joint | undefined;
};

/** One payment for several orders, each of an institution of its own. */
export type Joint = { number: string; orders: number; amount: string };

export type Refund = { amount: string; state: 'asked' | 'done' | 'refused'; changed: string | undefined };
export type Channel = { code: string; name: string; together: boolean };

/** Whether a booking’s fee was paid on line; a booked one’s is paid at the counter otherwise. */
export const isPaidOnline = (appointment: Appointment): boolean => appointment.extension?.some(({ url, valueCode }) => url === 'https://helan.health/fhir/StructureDefinition/booking-settlement' && valueCode === 'online') ?? false;

const orderOf = (part: Parts): Order => ({
  id: part.text('number') ?? '',
  state: STATES.find((one) => one === part.text('state')) ?? 'created',
  what: part.text('what') ?? '',
  payable: part.reference('payable')?.reference ?? '',
  where: part.reference('institution')?.display ?? '',
  amount: part.text('amount') ?? '',
  channel: part.text('channel'),
  code: part.text('code'),
  transaction: part.text('transaction'),
  expires: part.text('expires'),
  created: part.text('created'),
  paid: part.text('paid'),
  delivered: part.text('delivered'),
  refunded: part.text('refunded'),
  joint: part.parts('joint').map((joint) => ({ number: joint.text('number') ?? '', orders: joint.number('orders') ?? 1, amount: joint.text('amount') ?? '' }))[0],
  refunds: part.parts('refund').map((one) => ({
    amount: one.text('amount') ?? '',
    state: one.text('state') === 'done' ? 'done' : one.text('state') === 'refused' ? 'refused' : 'asked',
    changed: one.text('changed'),
  })),
});

/** Where what is paid for is shown, where it is paid, and where one begins anew; `kind` picks the words. */
export function placesOf(payable: string) {
  const [type, id = ''] = payable.split('/');
  switch (type) {
    case 'Encounter':
      return { kind: 'visit', shown: `/online-visits/${id}`, pay: `/online-visits/pay/${id}`, anew: '/online-visits' } as const;
    case 'Account':
      return { kind: 'bill', shown: '/bills', pay: `/bills/pay/${id}`, anew: '/bills' } as const;
    default:
      return { kind: 'booking', shown: '/bookings', pay: `/book/pay/${id}`, anew: '/book' } as const;
  }
}

/** Where all of them are paid at once: bills on their own page, by the ids of their Accounts. */
export const payTogetherAt = (payables: string[]): string => `/bills/pay/${payables.map((one) => one.replace('Account/', '')).join(',')}`;

/** The one that was asked for, then those that are paid with it. */
export type Together = [Order, ...Order[]];

const togetherOf = (answer: Parameters): Together => {
  const [order, ...others] = repetitionsOf(answer, 'order').map(orderOf);
  if (order === undefined) throw new Error('no order');
  return [order, ...others];
};

/** While money is on its way, in or back, the page looks again by itself. */
const EVERY = 2_000;
const SELDOM = 5_000;

export const isOnItsWay = ({ state, delivered, refunds }: Order): boolean => state === 'paying' || (state === 'paid' && delivered === 'open') || refunds.some((one) => one.state === 'asked');

export const useChannels = () =>
  useQuery({ queryKey: ['pay-channels'], queryFn: async ({ signal }): Promise<Channel[]> => repetitionsOf(await get<Parameters>('$pay-channels', signal), 'channel').map((part) => ({ code: part.text('code') ?? '', name: part.text('name') ?? '', together: part.flag('together') ?? false })) });

/** An order with those that are paid together with it. */
export const useTogether = (id: string) =>
  useQuery({
    queryKey: ['order', id],
    queryFn: async ({ signal }) => togetherOf(await get<Parameters>(`Invoice/${encodeURIComponent(id)}/$pay-status`, signal)),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data === undefined ? false : state.data.some(isOnItsWay) ? EVERY : state.data.some((one) => one.state === 'paid') ? SELDOM : false),
  });

export const useOrders = (patient: string, wanted = true) =>
  useQuery({
    queryKey: ['orders', patient],
    enabled: wanted,
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`Patient/${encodeURIComponent(patient)}/$payments`, signal), 'order').map(orderOf),
    staleTime: 0,
    // A cancelled visit's fee comes back a moment later, and nothing on the page says that it will.
    refetchInterval: ({ state }) => (state.data?.some((one) => isOnItsWay(one) || one.state === 'paid') ? SELDOM : false),
  });

const changed = (client: QueryClient) => Promise.all(['order', 'orders', 'appointment', 'appointments', 'online-visits', 'settled-bills', 'settled-bill'].map((key) => client.invalidateQueries({ queryKey: [key] })));

/** Asks a channel for the money; the answer says what to show. */
export function usePay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ payable, channel }: { payable: string | string[]; channel: string }) => togetherOf(await operate<Parameters>('$pay', { payable, channel }))[0],
    onSettled: () => changed(client),
  });
}

/** What one does in the application of a simulated channel. */
export function useSimulate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ code, agrees }: { code: string; agrees: boolean }) => operate<Parameters>('$pay-simulate', { code, agrees: String(agrees) }),
    onSettled: () => changed(client),
  });
}
