import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { partsOf, repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';

export const CARD_STATES = ['applied', 'active', 'suspended', 'cancelled', 'replaced'] as const;
export type CardState = (typeof CARD_STATES)[number];

/** `heldAtCounter`: suspended at a counter or by telephone, where alone it is taken up again. */
export type Card = { state: CardState; number: string; issued: string | undefined; changed: string | undefined; heldAtCounter: boolean };
/** A number that the resident has at an insurer or a payment service. */
export type CardAccount = { party: string; name: string; kind: 'insurance' | 'payment'; number: string; since: string | undefined };
export type CardStep = 'apply' | 'issue' | 'suspend' | 'resume' | 'replace' | 'cancel';

/** The card that counts, the ones before it, and the steps that may be taken: `Patient/[id]/$health-card`. */
export type Cards = { live: Card | undefined; earlier: Card[]; accounts: CardAccount[]; may: CardStep[] };

export function cardsIn(answer: Parameters): Cards {
  const all = repetitionsOf(answer, 'card').map((part): Card => {
    const state = part.text('state');
    return {
      state: CARD_STATES.find((known) => known === state) ?? 'cancelled',
      number: part.text('number') ?? '',
      issued: part.text('issued'),
      changed: part.text('changed'),
      heldAtCounter: part.text('held-by') === 'counter',
    };
  });
  const isLive = ({ state }: Card) => state === 'applied' || state === 'active' || state === 'suspended';
  return {
    live: all.find(isLive),
    earlier: all.filter((card) => !isLive(card)),
    accounts: repetitionsOf(answer, 'account').map((part) => ({
      party: part.text('party') ?? '',
      name: part.text('name') ?? '',
      kind: part.text('kind') === 'insurance' ? 'insurance' : 'payment',
      number: part.text('number') ?? '',
      since: part.text('since'),
    })),
    may: (answer.parameter ?? []).flatMap(({ name, valueCode }) => (name === 'may' && valueCode ? [valueCode as CardStep] : [])),
  };
}

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

/** The code to print, which counters take beside a document. */
export async function printedCode(patient: string): Promise<string> {
  const answer = await get<Parameters>(`${path(patient, 'health-card')}?printed=true`);
  return partsOf({ name: '', part: answer.parameter ?? [] }).text('code') ?? '';
}
