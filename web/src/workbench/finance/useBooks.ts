import { useQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { nextOf, repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';
import { today } from '../../shared/format/dates';

/** An account and what it has; amounts are yuan as the platform wrote them. */
export type Account = { name: string; kind: 'institution' | 'payer'; owner: string; balance: string; debits: string; credits: string };
export type Movement = { key: string; intent: string; step: string; at: string; side: 'debit' | 'credit'; other: string; amount: string; reserved: string };

const DAY = 86_400_000;
const asked = (values: Record<string, string>) => new URLSearchParams(values).toString();

/** How many differences of the institution nobody has looked into, of the last two months. */
export function useFoundCount(): number | undefined {
  const to = today();
  return useQuery({
    queryKey: ['clearing', 'found', to],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$clearing-cases?${asked({ from: today(Date.now() - 60 * DAY), to, state: 'found' })}`, signal), 'case').length,
  }).data;
}

/** Accounts of the own institution: what it is owed, and what it owes as a payer. @param day at whose end; empty for now */
export const useAccounts = (day: string) =>
  useQuery({
    queryKey: ['books', 'accounts', day],
    queryFn: async ({ signal }): Promise<Account[]> => {
      const kinds = ['institution', 'payer'] as const;
      const answers = await Promise.all(kinds.map((kind) => get<Parameters>(`$ledger-accounts?${asked({ kind, ...(day === '' ? {} : { day }) })}`, signal)));
      return answers.flatMap((answer, index) =>
        repetitionsOf(answer, 'account').map((parts) => ({
          name: parts.text('account') ?? '',
          kind: kinds[index]!,
          owner: parts.text('owner') ?? '',
          balance: parts.text('balance') ?? '0.00',
          debits: parts.text('debits') ?? '0.00',
          credits: parts.text('credits') ?? '0.00',
        })),
      );
    },
  });

const PAGE = 50;

/**
 * What moved an account, the latest first.
 * @param before a moment that all are earlier than; empty for now
 * @param after where the page before ended; undefined for the first page
 */
export const useMovements = (account: string, before: string, after: string | undefined) =>
  useQuery({
    queryKey: ['books', 'movements', account, before, after],
    queryFn: async ({ signal }): Promise<{ all: Movement[]; next: string | undefined }> => {
      const answer = await get<Parameters>(`$ledger-movements?${asked({ account, _count: String(PAGE), ...(before === '' ? {} : { before }), ...(after === undefined ? {} : { after }) })}`, signal);
      return { all: repetitionsOf(answer, 'movement').map(movementOf), next: nextOf(answer) };
    },
  });

const movementOf = (parts: Parts): Movement => ({
  key: `${parts.text('intent') ?? ''} ${parts.text('step') ?? ''} ${parts.number('line') ?? 0}`,
  intent: parts.text('intent') ?? '',
  step: parts.text('step') ?? '',
  at: parts.text('at') ?? '',
  side: parts.text('side') === 'debit' ? 'debit' : 'credit',
  other: parts.text('other') ?? '',
  amount: parts.text('amount') ?? '0.00',
  reserved: parts.text('reserved') ?? '0.00',
});
