import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Coding, MedicationRequest, Parameters, Patient, Task } from 'fhir/r4';
import { useEffect, useState } from 'react';
import { resourcesOf } from '../../shared/fhir/bundles';
import { call, get, operate, transact } from '../../shared/fhir/client';
import { commentsIn, prescriptionListIn, screenedOf, wholeOf, type Prescription, type State } from '../../shared/prescription/prescriptions';
import { draftsOf, idsOf, type Kind, type Product } from './prescription';

/** What is typed reaches the server when the hand rests. */
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** Products by a piece of their name, or first letters of its pinyin. */
export const useDrugs = (typed: string) =>
  useQuery({
    queryKey: ['drugs', typed],
    enabled: typed !== '',
    staleTime: 300_000,
    queryFn: async ({ signal }): Promise<Product[]> =>
      ((await get<Parameters>(`$drugs?name=${encodeURIComponent(typed)}`, signal)).parameter ?? []).flatMap(({ name, part = [] }) => {
        const codings = (wanted: string): Coding[] => part.flatMap((one) => (one.name === wanted && one.valueCoding ? [one.valueCoding] : []));
        const text = (wanted: string) => part.find((one) => one.name === wanted)?.valueString ?? '';
        const [code] = codings('code');
        if (name !== 'drug' || !code) return [];
        return [{ code, atc: codings('atc'), kind: text('kind') as Kind, form: text('form'), route: text('route'), unit: text('unit'), strengths: part.flatMap((one) => one.valueQuantity?.value ?? []) }];
      }),
  });

/** What the rules find in what is written so far; nothing is stored. */
export function useScreen(requests: readonly MedicationRequest[]) {
  // The time of writing is no part of what is asked.
  const asked = useSettled(JSON.stringify(requests.map((request) => ({ ...request, authoredOn: undefined }))), 400);
  return useQuery({
    queryKey: ['screen', asked],
    enabled: asked !== '[]',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    queryFn: async () => screenedOf(await call('MedicationRequest/$screen', (JSON.parse(asked) as MedicationRequest[]).map((resource) => ({ name: 'request', resource })))),
  });
}

type Submission = { requests: MedicationRequest[]; sent: number; stored: readonly string[] };

/**
 * Writes the drafts and submits them; the Task. `onStored` is told of drafts that are there even if what follows fails.
 * Whatever answer is lost, it can be pressed again: drafts are the same by their number, and one that an earlier attempt
 * did submit (`earlier`) is not written over but asked for again.
 */
export function useSubmit(onStored: (ids: string[]) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ requests, sent, stored }: Submission): Promise<{ task: Task; earlier: boolean }> => {
      const [one] = stored;
      const earlier = one !== undefined && (await get<MedicationRequest>(`MedicationRequest/${encodeURIComponent(one)}`)).status !== 'draft';
      const ids = earlier ? stored : idsOf(await transact(draftsOf(requests, sent))).slice(0, requests.length);
      if (!earlier) onStored([...ids]);
      const task = await call<Task>(
        'MedicationRequest/$submit-prescription',
        ids.map((id) => ({ name: 'request', valueReference: { reference: `MedicationRequest/${id}` } })),
      );
      return { task, earlier };
    },
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['prescriptions'] }), client.invalidateQueries({ queryKey: ['list', 'MedicationRequest'] })]),
  });
}

const OVER: readonly State[] = ['effective', 'refused', 'withdrawn'];

/** Those that wait for the doctor's hand. */
const isMine = ({ state }: Prescription): boolean => state === 'held' || state === 'returned';

/** The doctor's own: of the open ones those that want a hand first, then the longest waiting, and last those whose time is over; those that are done the last first. */
export const useOwn = (over: boolean, enabled = true) =>
  useQuery({
    queryKey: ['prescriptions', 'doctor', over],
    enabled,
    staleTime: 0,
    refetchInterval: 30_000,
    queryFn: async ({ signal }) => {
      const { all, more } = prescriptionListIn(await get<Parameters>(`$prescriptions?side=doctor${over ? `&state=${OVER.join(',')}` : ''}`, signal));
      return { all: over ? all : all.sort((a, b) => Number(a.over) - Number(b.over) || Number(isMine(b)) - Number(isMine(a))), more };
    },
  });

/** How many wait for the doctor. */
export const useOwnCount = (): number | undefined => useOwn(false).data?.all.filter(isMine).length;

/** The people of prescriptions, as far as their records are open. */
export function usePeople(ids: readonly string[]) {
  const asked = [...new Set(ids)].sort();
  return useQuery({
    queryKey: ['people', asked],
    enabled: asked.length > 0,
    queryFn: async ({ signal }) => new Map(resourcesOf<Patient>(await get<Bundle>(`Patient?_id=${asked.map(encodeURIComponent).join(',')}&_count=100`, signal), 'Patient').map((patient) => [patient.id ?? '', patient])),
  });
}

/** The other side may take a step at any time. */
export const useWhole = (task: string) => useQuery({ queryKey: ['prescription', task], staleTime: 0, refetchInterval: 15_000, queryFn: async ({ signal }) => wholeOf(await get<Parameters>(`Task/${encodeURIComponent(task)}/$prescription`, signal)) });

export type Said = { step: string; reason?: string; code?: string };

/**
 * A step of either side. What others see of it is asked anew.
 * @param onDone at once, before that is answered: the page that took the step may be another by then
 */
export function useStep(task: string, onDone?: (said: Said) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, reason, code }: Said) => operate<Task>(`Task/${encodeURIComponent(task)}/$prescription-${step}`, { ...(reason ? { reason } : {}), ...(code ? { code } : {}) }),
    onSuccess: (_, said) => onDone?.(said),
    onSettled: () => Promise.all(['prescription', 'prescriptions', 'patient', 'list', 'results'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export const useComments = (side: 'doctor' | 'pharmacist', enabled = true) =>
  useQuery({ queryKey: ['prescription-comments', side], enabled, queryFn: async ({ signal }) => commentsIn(await get<Parameters>(`$prescription-comments?side=${side}`, signal)) });

export function useCommentStep(task: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, reason, codes = [] }: { step: string; reason?: string; codes?: readonly string[] }) =>
      operate<Task>(`Task/${encodeURIComponent(task)}/$comment-${step}`, { ...(reason ? { reason } : {}), ...(codes.length > 0 ? { code: [...codes] } : {}) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['prescription-comments'] }),
  });
}
