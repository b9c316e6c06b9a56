import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Parameters, Patient } from 'fhir/r4';
import { nextOf, repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { call, get, operate } from '../../shared/fhir/client';
import { onlyBill, type SettledBill } from '../../shared/settlement/bills';

/** Who has the number in hand; nobody is an empty list. */
export function useBearer() {
  return useMutation({
    mutationFn: async (identifier: string): Promise<Patient[]> => resourcesOf<Patient>(await operate<Bundle>('Patient/$locate', { identifier }), 'Patient'),
  });
}

/** Counters that read codes for paying: attended, without a key of their own. */
export const usePaymentTerminals = () =>
  useQuery({
    queryKey: ['payment-terminals'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$card-terminals', signal), 'terminal')
        .filter((part) => part.flag('attended') && !part.flag('key') && part.text('state') === 'active' && part.texts('scene').includes('payment'))
        .map((part) => ({ id: part.text('id') ?? '', name: part.text('name') ?? '' })),
  });

/** Whose code of a health card was read. */
export function useScan() {
  return useMutation({
    mutationFn: async (values: { terminal: string; code: string }): Promise<Patient> => {
      const all = (await operate<Parameters>('$scan-card', { ...values, scene: 'payment' })).parameter ?? [];
      const value = (name: string) => all.find((one) => one.name === name);
      const gender = value('gender')?.valueCode;
      const patient = value('patient')?.valueReference;
      return {
        resourceType: 'Patient',
        id: patient?.reference?.replace('Patient/', '') ?? '',
        name: [{ text: patient?.display ?? '' }],
        ...(gender === 'male' || gender === 'female' ? { gender } : {}),
      };
    },
  });
}

const CHANGED = ['settled-bills', 'settled-bill', 'payer-claims', 'order', 'circulation'];

/** What the cashier does with a bill; the answer is the bill then, explained. */
export function useBillStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ path, values = {} }: { path: string; values?: Record<string, string | string[]> }): Promise<SettledBill> => onlyBill(
        await call(
          path,
          Object.entries(values).flatMap(([name, value]) => [value].flat().map((valueString) => ({ name, valueString }))),
        ),
      ),
    onSettled: () => Promise.all(CHANGED.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export type PayerClaim = { key: string; number: string; where: string; payer: string; state: string; billState: string; amount: string; answered: string | undefined; why: string | undefined; transaction: string | undefined; changed: string | undefined };

/** Shares that the own institution was asked for, the latest change first, 50 at a time. */
export const usePayerClaims = (state: string) =>
  useInfiniteQuery({
    queryKey: ['payer-claims', state],
    staleTime: 0,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<Parameters>(`$payer-claims?${new URLSearchParams({ _count: '50', ...(state ? { state } : {}), ...(pageParam ? { after: pageParam } : {}) }).toString()}`, signal),
    getNextPageParam: nextOf,
    select: ({ pages }): PayerClaim[] =>
      pages
        .flatMap((page) => repetitionsOf(page, 'claim'))
        .map((claim) => ({
          key: `${claim.text('number') ?? ''} ${claim.text('payer') ?? ''}`,
          number: claim.text('number') ?? '',
          where: claim.reference('institution')?.display ?? '',
          payer: claim.text('payer') ?? '',
          state: claim.text('state') ?? '',
          billState: claim.text('bill-state') ?? '',
          amount: claim.text('amount') ?? '',
          answered: claim.text('answered'),
          why: claim.text('why'),
          transaction: claim.text('transaction'),
          changed: claim.text('changed'),
        })),
  });

/** One of them with its lines and how the share was reckoned; whose it is, is not told. */
export const usePayerClaim = (number: string) =>
  useQuery({
    queryKey: ['payer-claims', 'one', number],
    queryFn: async ({ signal }) => onlyBill(await get<Parameters>(`$payer-claims?claim=${encodeURIComponent(number)}`, signal)),
    staleTime: 0,
  });
