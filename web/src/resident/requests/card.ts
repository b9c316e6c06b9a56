import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { partsOf, repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { cardsIn, type CardStep } from '../../shared/fhir/healthCards';

const path = (patient: string, operation: string) => `Patient/${encodeURIComponent(patient)}/$${operation}`;
const keyOf = (patient: string) => ['health-card', patient];

export function useCards(patient: string) {
  return useQuery({ queryKey: keyOf(patient), queryFn: async ({ signal }) => cardsIn(await get<Parameters>(path(patient, 'health-card'), signal)) });
}

export function useCardStep(patient: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ask: { step: CardStep; reason?: string }) => cardsIn(await operate<Parameters>(path(patient, 'health-card-step'), ask)),
    onSuccess: (cards) => client.setQueryData(keyOf(patient), cards),
  });
}

export function useEndAccount(patient: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (party: string) => cardsIn(await operate<Parameters>(path(patient, 'health-card-account'), { party })),
    onSuccess: (cards) => client.setQueryData(keyOf(patient), cards),
  });
}

/** Where a code was shown. `reason`: why it was refused. */
export type CardUse = { at: string; scene: string; refused: boolean; reason: string | undefined; terminal: string; institution: string | undefined; printed: boolean; offline: boolean };

function useOf(part: Parts): CardUse {
  return {
    at: part.text('at') ?? '',
    scene: part.text('scene') ?? '',
    refused: part.flag('refused') ?? false,
    reason: part.text('reason'),
    terminal: part.text('terminal') ?? '',
    institution: part.reference('institution')?.reference,
    printed: part.text('code') === 'printed',
    offline: part.flag('offline') ?? false,
  };
}

export function useCardUses(patient: string) {
  return useQuery({
    queryKey: ['health-card-uses', patient],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(path(patient, 'health-card-uses'), signal), 'use').map(useOf),
    staleTime: 0,
  });
}

/** A code to show. `life`: milliseconds from the moment it was asked for until it is over, by the platform's clock. */
export type Code = { text: string; life: number; lastUse: CardUse | undefined };

export async function newCode(patient: string): Promise<Code> {
  const answer = await operate<Parameters>(path(patient, 'health-code'), {});
  const part = partsOf({ name: '', part: answer.parameter ?? [] });
  const last = repetitionsOf(answer, 'last-use')[0];
  return {
    text: part.text('code') ?? '',
    life: Date.parse(part.text('until') ?? '') - Date.parse(part.text('now') ?? ''),
    lastUse: last ? useOf(last) : undefined,
  };
}

export const usePrintedCode = (patient: string) => useQuery({ queryKey: ['health-card-printed', patient], queryFn: () => printedCode(patient), staleTime: Infinity });

/** The code to print, which counters take beside a document. */
export async function printedCode(patient: string): Promise<string> {
  const answer = await get<Parameters>(`${path(patient, 'health-card')}?printed=true`);
  return partsOf({ name: '', part: answer.parameter ?? [] }).text('code') ?? '';
}
