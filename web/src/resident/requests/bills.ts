import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Bundle, Encounter, Parameters, ParametersParameter } from 'fhir/r4';
import { nextLink, partsOf, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get } from '../../shared/fhir/client';

/** Classes of encounters that are stays in hospital. */
const STAYS = 'IMP,ACUTE,NONAC,SS,OBSENC';

/** Stays in hospital, the latest first. */
export function useStays(patient: string) {
  return useInfiniteQuery({
    queryKey: ['stays', patient],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`Encounter?${new URLSearchParams({ patient, class: STAYS, _sort: '-date', _count: '20' }).toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<Encounter>(page, 'Encounter')),
  });
}

/** Money as the server writes it, in yuan: sums are the server's, in whole fen; nothing is added here. */
export type Yuan = number;

export type Line = { key: string; name: string; code: string | undefined; standing: string; quantity: number | undefined; unit: string | undefined; price: Yuan | undefined; amount: Yuan | undefined; insurance: string | undefined; category: string | undefined };
export type Day = { date: string; sum: Yuan; total: Yuan; lines: number; unsettled: number; shown: Line[]; categories: { code: string; sum: Yuan }[] };
export type Bill = { institution: string | undefined; admitted: string | undefined; discharged: string | undefined; days: Day[]; undated: Day | undefined; total: Yuan; deposit: Yuan | undefined; balance: Yuan | undefined };

const money = (list: ParametersParameter[] | undefined, name: string): Yuan | undefined => list?.find((one) => one.name === name)?.valueMoney?.value;

const lineOf = (one: ParametersParameter, index: number): Line => {
  const parts = partsOf(one);
  return {
    key: parts.reference('item')?.reference ?? String(index),
    name: parts.text('name') ?? '',
    code: one.part?.find(({ name }) => name === 'code')?.valueCoding?.code,
    standing: parts.text('standing') ?? 'counted',
    quantity: parts.number('quantity'),
    unit: parts.text('unit'),
    price: money(one.part, 'unit-price'),
    amount: money(one.part, 'amount'),
    insurance: parts.text('insurance'),
    category: parts.text('category'),
  };
};

const dayOf = (one: ParametersParameter): Day => {
  const parts = partsOf(one);
  const all = one.part ?? [];
  return {
    date: parts.text('date') ?? '',
    sum: money(all, 'sum') ?? 0,
    total: money(all, 'total') ?? 0,
    lines: parts.number('lines') ?? 0,
    unsettled: parts.number('unsettled') ?? 0,
    shown: all.filter(({ name }) => name === 'line').map(lineOf),
    categories: all.filter(({ name }) => name === 'category').map((category) => ({ code: partsOf(category).text('code') ?? '', sum: money(category.part, 'sum') ?? 0 })),
  };
};

function billOf(answer: Parameters): Bill {
  const all = answer.parameter ?? [];
  const value = (name: string) => all.find((one) => one.name === name);
  const undated = value('undated');
  return {
    institution: value('institution')?.valueReference?.display,
    admitted: value('admitted')?.valueDateTime,
    discharged: value('discharged')?.valueDateTime,
    days: all.filter(({ name }) => name === 'day').map(dayOf),
    undated: undated && dayOf(undated),
    total: money(all, 'total') ?? 0,
    deposit: money(all, 'deposit'),
    balance: money(all, 'balance'),
  };
}

/** @param day whose lines are wanted; absent for the days with their sums */
export const useBill = (stay: string, day?: string) =>
  useQuery({
    queryKey: ['bill', stay, day],
    queryFn: async ({ signal }) => billOf(await get<Parameters>(`Encounter/${encodeURIComponent(stay)}/$daily-bill${day === undefined ? '' : `?date=${encodeURIComponent(day)}`}`, signal)),
  });

const TWO = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const FOUR = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 4 });

export const formatYuan = (yuan: Yuan): string => `${yuan < 0 ? '−' : ''}¥${TWO.format(Math.abs(yuan))}`;

/** A price of one may have more digits than an amount. */
export const formatPrice = (yuan: Yuan): string => `¥${FOUR.format(yuan)}`;
