import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { call, get, operate } from '../fhir/client';

const STATES = ['presettled', 'settling', 'owing', 'deferred', 'settled', 'reversing', 'reversed'] as const;
const PAYERS = ['basic', 'serious', 'assistance', 'poverty', 'subsidy', 'commercial'] as const;
const SHARES = ['open', 'asked', 'agreed', 'refused', 'differs', 'back'] as const;
const WHATS = ['base', 'deductible', 'band', 'ceiling', 'own-limit'] as const;
const MONEY = ['held', 'going-back', 'back', 'carried'] as const;

export type BillState = (typeof STATES)[number];
export type Payer = (typeof PAYERS)[number];
export type ShareState = (typeof SHARES)[number];
export type MoneyState = (typeof MONEY)[number];

/** Amounts in yuan, as text with two places: the server's whole fen, nothing is added up here. */
export type Share = { payer: Payer; state: ShareState; amount: string; why: string | undefined };
export type Reckoning = { payer: Payer; what: (typeof WHATS)[number]; rule: string | undefined; base: string; percent: number | undefined; amount: string };
export type SettledLine = { key: string; name: string; day: string; quantity: string; unit: string; price: string; amount: string; insurance: string; ownFirst: string; above: string };
export type Money = { order: string; state: MoneyState; amount: string };

/** A bill that is shared (docs/guide/settlement.md). */
export type SettledBill = {
  id: string;
  state: BillState;
  institution: string;
  where: string;
  total: string;
  own: string;
  open: string;
  eligible: string | undefined;
  /** As `Account/id`: the one payment that collects it. */
  payable: string | undefined;
  replaces: string | undefined;
  /** Why it was reversed. */
  reason: string | undefined;
  source: string | undefined;
  created: string | undefined;
  shares: Share[];
  lines: SettledLine[];
  reckonings: Reckoning[];
  money: Money[];
};

const one = <T extends string>(all: readonly T[], word: string | undefined, otherwise: T): T => all.find((known) => known === word) ?? otherwise;

const billOf = (part: Parts): SettledBill => ({
  id: part.text('number') ?? '',
  state: one(STATES, part.text('state'), 'presettled'),
  institution: part.reference('institution')?.reference ?? '',
  where: part.reference('institution')?.display ?? '',
  total: part.text('total') ?? '',
  own: part.text('own') ?? '',
  open: part.text('open') ?? '0.00',
  eligible: part.text('eligible'),
  payable: part.reference('payable')?.reference,
  replaces: part.reference('replaces')?.reference,
  reason: part.text('reason'),
  source: part.text('source'),
  created: part.text('created'),
  shares: part.parts('share').map((share) => ({ payer: one(PAYERS, share.text('payer'), 'basic'), state: one(SHARES, share.text('state'), 'open'), amount: share.text('amount') ?? '', why: share.text('why') })),
  lines: part.parts('line').map((line, index) => ({
    key: line.reference('charge')?.reference ?? String(index),
    name: line.text('name') ?? '',
    day: line.text('day') ?? '',
    quantity: line.text('quantity') ?? '',
    unit: line.text('unit') ?? '',
    price: line.text('price') ?? '',
    amount: line.text('amount') ?? '',
    insurance: line.text('class') ?? '',
    ownFirst: line.text('own-first') ?? '0.00',
    above: line.text('above-standard') ?? '0.00',
  })),
  reckonings: part.parts('reckoning').map((line) => ({
    payer: one(PAYERS, line.text('payer'), 'basic'),
    what: one(WHATS, line.text('what'), 'base'),
    rule: line.text('rule'),
    base: line.text('base') ?? '',
    percent: line.number('percent'),
    amount: line.text('amount') ?? '',
  })),
  money: part.parts('money').map((money) => ({ order: money.reference('invoice')?.reference?.replace('Invoice/', '') ?? '', state: one(MONEY, money.text('state'), 'held'), amount: money.text('amount') ?? '' })),
});

export const onlyBill = (answer: Parameters): SettledBill => {
  const [bill] = repetitionsOf(answer, 'bill').map(billOf);
  if (bill === undefined) throw new Error('no bill');
  return bill;
};

/** While payers are asked or money goes back, the page looks again by itself. */
const EVERY = 3_000;
export const isMoving = ({ state, money }: SettledBill): boolean => state === 'settling' || state === 'reversing' || money.some((some) => some.state === 'going-back');
export const isToPay = ({ state, open }: SettledBill): boolean => (state === 'owing' || state === 'deferred') && open !== '0.00';

const encoded = encodeURIComponent;

export const useBills = (patient: string) =>
  useQuery({
    queryKey: ['settled-bills', patient],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`Patient/${encoded(patient)}/$bills`, signal), 'bill').map(billOf),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(isMoving) ? EVERY : false),
  });

export const useSettledBill = (id: string) =>
  useQuery({
    queryKey: ['settled-bill', id],
    queryFn: async ({ signal }) => onlyBill(await get<Parameters>(`Claim/${encoded(id)}/$bill`, signal)),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? EVERY : false),
  });

export type Credit = { limit: string | undefined; used: string | undefined; uses: { claim: string; state: string; due: string | undefined }[] };

export const useCredit = (patient: string) =>
  useQuery({
    queryKey: ['credit', patient],
    queryFn: async ({ signal }): Promise<Credit> => {
      const answer = await get<Parameters>(`Patient/${encoded(patient)}/$credit`, signal);
      const text = (name: string) => answer.parameter?.find((parameter) => parameter.name === name)?.valueString;
      return { limit: text('limit'), used: text('used'), uses: repetitionsOf(answer, 'use').map((use) => ({ claim: use.reference('claim')?.reference ?? '', state: use.text('state') ?? '', due: use.text('due') })) };
    },
    staleTime: 0,
  });

const CHANGED = ['settled-bills', 'settled-bill', 'credit', 'orders', 'circulation'];

/** Collects bills into one thing to pay for each institution; the answer are their ids. */
export function useCollect(patient: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (claims: string[]) => {
      const answer = await operate<Parameters>(`Patient/${encoded(patient)}/$collect-bills`, { claim: claims });
      return (answer.parameter ?? []).filter(({ name }) => name === 'payable').map(({ valueReference }) => valueReference?.reference?.replace('Account/', '') ?? '');
    },
    onSettled: () => Promise.all(CHANGED.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export function usePayLater() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (claim: string) => call(`Claim/${encoded(claim)}/$pay-later`, []),
    onSettled: () => Promise.all(CHANGED.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
