import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Parameters, Patient } from 'fhir/r4';
import { partsOf, repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { cardsIn, type Cards, type CardStep } from '../../shared/fhir/healthCards';

export const DOCUMENTS = ['resident-id', 'household-register', 'passport', 'permit', 'birth-certificate', 'guardianship'] as const;
export const REASONS = ['lost', 'stolen', 'damaged', 'found', 'misused', 'moved', 'died', 'other'] as const;
export const SCENES = ['registration', 'check-in', 'payment', 'pharmacy', 'report', 'vaccination', 'inpatient', 'identify'] as const;

/** A resident as a counter sees it: masked, with the cards. */
export type AtCounter = { patient: Patient; identifier: string; cards: Cards };

/** Who has the number in hand; nobody is an empty list. */
export function useFind() {
  return useMutation({
    mutationFn: async (identifier: string): Promise<AtCounter[]> => {
      const found = resourcesOf<Patient>(await operate<Bundle>('Patient/$locate', { identifier }), 'Patient');
      return Promise.all(found.map(async (patient) => ({ patient, identifier, cards: cardsIn(await operate<Parameters>(`Patient/${patient.id ?? ''}/$health-card`, { identifier })) })));
    },
  });
}

export type StepAsked = { patient: string; identifier: string; step: CardStep; document?: string; reason?: string };

export function useStep() {
  return useMutation({
    mutationFn: async ({ patient, ...values }: StepAsked) => cardsIn(await operate<Parameters>(`Patient/${patient}/$health-card-step`, values)),
  });
}

/** The code to print on the card of somebody who stands here. */
export function usePrint() {
  return useMutation({
    mutationFn: async ({ patient, identifier }: { patient: string; identifier: string }) =>
      partsOf({ name: '', part: (await operate<Parameters>(`Patient/${patient}/$health-card`, { identifier, printed: 'true' })).parameter ?? [] }).text('code') ?? '',
  });
}

export type Terminal = { id: string; name: string; active: boolean; institution: string | undefined; scenes: string[]; attended: boolean; key: boolean };

export const useTerminals = () =>
  useQuery({
    queryKey: ['card-terminals'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$card-terminals', signal), 'terminal').map(
        (part): Terminal => ({
          id: part.text('id') ?? '',
          name: part.text('name') ?? '',
          active: part.text('state') === 'active',
          institution: part.reference('institution')?.reference,
          scenes: part.texts('scene'),
          attended: part.flag('attended') ?? false,
          key: part.flag('key') ?? false,
        }),
      ),
  });

/** Registers a terminal, or holds and releases one. */
export function usePutTerminal() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: Record<string, string>) => operate<Parameters>('$card-terminal', values),
    onSuccess: () => client.invalidateQueries({ queryKey: ['card-terminals'] }),
  });
}

export type Party = { id: string; name: string; kind: 'insurance' | 'payment'; active: boolean };

export const useParties = () =>
  useQuery({
    queryKey: ['card-parties'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$card-parties', signal), 'party').map(
        (part): Party => ({ id: part.text('id') ?? '', name: part.text('name') ?? '', kind: part.text('kind') === 'insurance' ? 'insurance' : 'payment', active: part.text('state') === 'active' }),
      ),
  });

/** Whose code it was. */
export type Scanned = { patient: string | undefined; name: string; gender: string | undefined; birthDate: string | undefined; number: string | undefined; printed: boolean; arrived: boolean };

export function useScan() {
  return useMutation({
    mutationFn: async (values: Record<string, string>): Promise<Scanned> => {
      const answer = await operate<Parameters>('$scan-card', values);
      const part = partsOf({ name: '', part: answer.parameter ?? [] });
      return {
        patient: part.reference('patient')?.reference,
        name: part.reference('patient')?.display ?? '',
        gender: part.text('gender'),
        birthDate: part.text('birth-date'),
        number: part.text('number'),
        printed: part.text('code') === 'printed',
        arrived: part.reference('encounter') !== undefined,
      };
    },
  });
}
