import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { get, operate, sendFile } from '../fhir/client';

/** A day of a counterpart; amounts are yuan as the platform wrote them. */
export type Book = {
  counterpart: string;
  day: string;
  state: 'open' | 'matched' | 'closed';
  ours: number;
  theirs: number;
  oursAmount: string;
  theirsAmount: string;
  byKey: number;
  byReference: number;
  byRule: number;
  carried: number;
  differences: number;
};

/** A closed day; amounts of its account, yuan. */
export type Close = { scope: string; day: string; number: number; at: string; digest: string; debits: string; credits: string };
/** `lists`: code of the layout of institutions' lists. */
export type Counterpart = { name: string; display: string; fetched: boolean; lists: string | undefined };
/** Lines, what came, what went back. */
export type Sums = { lines: number; in: string; out: string };
/** A day of a counterpart as an institution sees it; `ours` once it is closed. */
export type OwnDay = { counterpart: string; day: string; state: Book['state']; listed: Sums | undefined; ours: Sums | undefined; differences: number; open: number };
export type Layout = { charset: string; delimiter: string; columns: string[] };

export type Difference = {
  id: string;
  counterpart: string;
  day: string;
  kind: string;
  state: string;
  flow: string;
  key: string;
  ours: string | undefined;
  theirs: string | undefined;
  listed: string | undefined;
  institution: string | undefined;
};

export type Line = { side: string; statement: number; number: number; flow: string; key: string; reference: string | undefined; amount: string; at: string; institution: string | undefined };
export type Taken = { step: string; at: string; by: string | undefined; note: string | undefined; amount: string | undefined };
export type Remedy = { debit: string; credit: string; amount: string };
export type WholeCase = { one: Difference; lines: Line[]; steps: Taken[]; open: string[]; remedy: Remedy | undefined };
export type Month = { id: string; counterpart: string; institution: string; state: string; lines: number; in: string; out: string; adjusted: string; due: string; advance: string };

const text = (parts: Parts, name: string) => parts.text(name) ?? '';

const stateOf = (parts: Parts): Book['state'] => (parts.text('state') === 'closed' ? 'closed' : parts.text('reconciled') === undefined ? 'open' : 'matched');

const sumsOf = (parts: Parts, name: string): Sums | undefined => {
  const lines = parts.number(name);
  return lines === undefined ? undefined : { lines, in: text(parts, `${name}-in`), out: text(parts, `${name}-out`) };
};

const ownDayOf = (parts: Parts): OwnDay => ({
  counterpart: text(parts, 'counterpart'),
  day: text(parts, 'day'),
  state: stateOf(parts),
  listed: sumsOf(parts, 'listed'),
  ours: sumsOf(parts, 'ours'),
  differences: parts.number('differences') ?? 0,
  open: parts.number('open') ?? 0,
});

const closeOf = (parts: Parts): Close => ({
  scope: text(parts, 'scope'),
  day: text(parts, 'day'),
  number: parts.number('number') ?? 0,
  at: text(parts, 'at'),
  digest: text(parts, 'digest'),
  debits: parts.text('debits') ?? '0.00',
  credits: parts.text('credits') ?? '0.00',
});

function bookOf(parts: Parts): Book {
  return {
    counterpart: text(parts, 'counterpart'),
    day: text(parts, 'day'),
    state: stateOf(parts),
    ours: parts.number('ours') ?? 0,
    theirs: parts.number('theirs') ?? 0,
    oursAmount: text(parts, 'ours-amount'),
    theirsAmount: text(parts, 'theirs-amount'),
    byKey: parts.number('by-key') ?? 0,
    byReference: parts.number('by-reference') ?? 0,
    byRule: parts.number('by-rule') ?? 0,
    carried: parts.number('carried') ?? 0,
    differences: parts.number('differences') ?? 0,
  };
}

function differenceOf(parts: Parts): Difference {
  return {
    id: text(parts, 'id'),
    counterpart: text(parts, 'counterpart'),
    day: text(parts, 'day'),
    kind: text(parts, 'kind'),
    state: text(parts, 'state'),
    flow: text(parts, 'flow'),
    key: text(parts, 'key'),
    ours: parts.text('ours'),
    theirs: parts.text('theirs'),
    listed: parts.text('listed'),
    institution: parts.reference('institution')?.reference,
  };
}

function lineOf(parts: Parts): Line {
  return {
    side: text(parts, 'side'),
    statement: parts.number('statement') ?? 0,
    number: parts.number('number') ?? 0,
    flow: text(parts, 'flow'),
    key: text(parts, 'key'),
    reference: parts.text('reference'),
    amount: text(parts, 'amount'),
    at: text(parts, 'at'),
    institution: parts.reference('institution')?.reference,
  };
}

const takenOf = (parts: Parts): Taken => ({ step: text(parts, 'step'), at: text(parts, 'at'), by: parts.text('by'), note: parts.text('note'), amount: parts.text('amount') });

const openIn = (answer: Parameters): string[] => (answer.parameter ?? []).flatMap(({ name, valueCode }) => (name === 'open' && valueCode ? [valueCode] : []));

export function wholeCaseIn(answer: Parameters): WholeCase {
  const [parts] = repetitionsOf(answer, 'case');
  if (parts === undefined) throw new Error('no case in the answer');
  const [remedy] = parts.parts('remedy');
  return {
    one: differenceOf(parts),
    lines: repetitionsOf(answer, 'line').map(lineOf),
    steps: repetitionsOf(answer, 'step').map(takenOf),
    open: openIn(answer),
    remedy: remedy && { debit: text(remedy, 'debit'), credit: text(remedy, 'credit'), amount: text(remedy, 'amount') },
  };
}

/** First and last day of a month such as `2026-11`. */
export function spanOf(month: string): { from: string; to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return { from: `${month}-01`, to: `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, '0')}` };
}

/** Another month, so many later. */
export function monthsLater(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

const asked = (values: Record<string, string>) => new URLSearchParams(values).toString();

export const useCounterparts = () =>
  useQuery({
    queryKey: ['clearing', 'counterparts'],
    queryFn: async ({ signal }): Promise<Counterpart[]> =>
      repetitionsOf(await get<Parameters>('$clearing-counterparts', signal), 'counterpart').map((parts) => ({ name: text(parts, 'name'), display: text(parts, 'display'), fetched: parts.flag('fetched') ?? false, lists: parts.text('lists') })),
  });

/** How lists are laid out, by code of the layout. */
export const useLayouts = () =>
  useQuery({
    queryKey: ['clearing', 'layouts'],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, Layout>> =>
      new Map(
        repetitionsOf(await get<Parameters>('$clearing-counterparts', signal), 'layout').map((parts) => {
          const { charset = 'UTF-8', delimiter = ',', columns = [] } = JSON.parse(parts.text('content') ?? '{}') as { charset?: string; delimiter?: string; columns?: { name: string }[] };
          return [text(parts, 'code'), { charset, delimiter, columns: columns.map(({ name }) => name) }];
        }),
      ),
  });

export const useDays = (month: string) =>
  useQuery({
    queryKey: ['clearing', 'days', month],
    queryFn: async ({ signal }): Promise<{ books: Book[]; own: OwnDay[]; closes: Close[] }> => {
      const answer = await get<Parameters>(`$clearing-days?${asked(spanOf(month))}`, signal);
      return { books: repetitionsOf(answer, 'book').map(bookOf), own: repetitionsOf(answer, 'own').map(ownDayOf), closes: repetitionsOf(answer, 'close').map(closeOf) };
    },
  });

export const useDifferences = (month: string) =>
  useQuery({
    queryKey: ['clearing', 'cases', month],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$clearing-cases?${asked(spanOf(month))}`, signal), 'case').map(differenceOf),
  });

export const useWholeCase = (id: string) =>
  useQuery({ queryKey: ['clearing', 'case', id], queryFn: async ({ signal }) => wholeCaseIn(await get<Parameters>(`$clearing-case?${asked({ id })}`, signal)) });

const monthOf = (parts: Parts): Month => ({
  id: text(parts, 'id'),
  counterpart: text(parts, 'counterpart'),
  institution: parts.reference('institution')?.reference ?? '',
  state: text(parts, 'state'),
  lines: parts.number('lines') ?? 0,
  in: text(parts, 'in'),
  out: text(parts, 'out'),
  adjusted: text(parts, 'adjusted'),
  due: text(parts, 'due'),
  advance: text(parts, 'advance'),
});

export const useMonths = (month: string) =>
  useQuery({
    queryKey: ['clearing', 'months', month],
    queryFn: async ({ signal }): Promise<Month[]> =>
      repetitionsOf(await get<Parameters>(`$clearing-months?${asked({ month })}`, signal), 'month').map(monthOf),
  });

export const useWholeMonth = (id: string) =>
  useQuery({
    queryKey: ['clearing', 'month', id],
    queryFn: async ({ signal }): Promise<{ one: Month; steps: Taken[]; open: string[] }> => {
      const answer = await get<Parameters>(`$clearing-month?${asked({ id })}`, signal);
      const [one] = repetitionsOf(answer, 'month').map(monthOf);
      if (one === undefined) throw new Error('no month in the answer');
      return { one, steps: repetitionsOf(answer, 'step').map(takenOf), open: openIn(answer) };
    },
  });

/** Which statements a day has, by number and side. */
export const useStatements = (counterpart: string, day: string) =>
  useQuery({
    queryKey: ['clearing', 'day', counterpart, day],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>(`$clearing-day?${asked({ counterpart, day })}`, signal), 'statement')
        .filter((parts) => parts.flag('standing'))
        .map((parts) => ({ number: parts.number('number') ?? 0, side: text(parts, 'side'), institution: parts.reference('institution')?.reference })),
  });

/** @param statement its number, 0 for what the platform says; undefined while that is not known */
export const useLines = (counterpart: string, day: string, statement: number | undefined, after: number) =>
  useQuery({
    enabled: statement !== undefined,
    queryKey: ['clearing', 'lines', counterpart, day, statement, after],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$clearing-lines?${asked({ counterpart, day, statement: String(statement), after: String(after) })}`, signal), 'line').map(lineOf),
  });

/** Calls an operation of clearing; what is shown is read anew. */
export function useAct() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ operation, values }: { operation: string; values: Record<string, string> }) => operate<Parameters>(`$clearing-${operation}`, values),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clearing'] }),
  });
}

export type Sent = { lines: number; in: string; out: string; isNew: boolean };

/** Sends the own institution's list of a day. @throws FhirError 409 when another one is there and this does not replace it */
export function useSendList() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ counterpart, day, file, replaces }: { counterpart: string; day: string; file: File; replaces: boolean }): Promise<Sent> => {
      const [parts] = repetitionsOf(await sendFile(`/statements/${counterpart}/${day}${replaces ? '?replaces=true' : ''}`, file), 'statement');
      if (parts === undefined) throw new Error('no statement in the answer');
      return { lines: parts.number('lines') ?? 0, in: text(parts, 'in'), out: text(parts, 'out'), isNew: parts.flag('new') ?? false };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['clearing'] }),
  });
}
