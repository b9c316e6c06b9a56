import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Coding, Composition, Encounter, FhirResource, Parameters, ParametersParameter } from 'fhir/r4';
import { resourcesOf } from '../../shared/fhir/bundles';
import { call, get } from '../../shared/fhir/client';
import { isFeeOpen, pathOf, visitsIn } from '../../shared/visit/visits';

const KEY = ['desk'];
const EVERY = 15_000;

/** The doctor's open visits, the longest waiting first. */
export const useDesk = () => useQuery({ queryKey: KEY, queryFn: async ({ signal }) => visitsIn(await get<Parameters>('$visits', signal)), refetchInterval: EVERY, staleTime: 0 });

const PAGE = 50;

/** Those that have ended, the last first. */
export const useEnded = () =>
  useInfiniteQuery({
    queryKey: ['desk-ended'],
    queryFn: async ({ pageParam, signal }) => visitsIn(await get<Parameters>(`$visits?past=true&_count=${PAGE}${pageParam ? `&before=${encodeURIComponent(pageParam)}` : ''}`, signal)),
    initialPageParam: '',
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.applied),
  });

/** One visit, open or not. */
export const useVisit = (id: string, wanted: boolean) =>
  useQuery({
    queryKey: [...KEY, id],
    enabled: wanted,
    queryFn: async ({ signal }) => visitsIn(await get<Parameters>(`$visits?visit=${encodeURIComponent(id)}`, signal))[0] ?? null,
  });

/** How many have signed, and paid where something is to be paid, and wait to be taken. */
export function useDeskCount(): number | undefined {
  return useDesk().data?.filter((visit) => visit.state === 'eligible' && !isFeeOpen(visit)).length;
}

export type Step = 'accept' | 'begin' | 'decline' | 'refer-offline' | 'close';

export function useStep(visit: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, reason }: { step: Step; reason?: string }) => call<Encounter>(pathOf(visit, step), reason ? [{ name: 'reason', valueString: reason }] : []),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

export const SECTIONS = ['chief-complaint', 'present-illness', 'past-illness', 'allergies', 'plan'] as const;
export type SectionName = (typeof SECTIONS)[number];
const CODES: Record<SectionName, string> = { 'chief-complaint': '10154-3', 'present-illness': '10164-2', 'past-illness': '11348-0', allergies: '48765-2', plan: '18776-5' };

export type Draft = { texts: Partial<Record<SectionName, string>>; diagnoses: Coding[] };

const textOf = (div: string | undefined): string => new DOMParser().parseFromString((div ?? '').replaceAll('<br/>', '\n'), 'text/html').body.textContent ?? '';

/** The note as it is kept; `undefined` reference: nothing was written yet. */
export const useKeptNote = (reference: string | undefined) =>
  useQuery({
    queryKey: ['desk-note', reference],
    queryFn: async ({ signal }): Promise<Draft> => {
      if (reference === undefined) return { texts: {}, diagnoses: [] };
      const note = await get<Composition>(reference, signal);
      const texts = Object.fromEntries(
        SECTIONS.flatMap((name) => {
          const section = note.section?.find(({ code }) => code?.coding?.some(({ code: one }) => one === CODES[name]));
          return section ? [[name, textOf(section.text?.div)]] : [];
        }),
      );
      const ids = note.section?.flatMap(({ entry }) => entry ?? []).flatMap(({ reference: one }) => one?.replace('Condition/', '') ?? []) ?? [];
      const bundle = ids.length > 0 ? await get<Bundle>(`Condition?_id=${ids.join(',')}`, signal) : undefined;
      const byId = new Map((bundle ? resourcesOf<FhirResource & { id?: string; code?: { coding?: Coding[] } }>(bundle, 'Condition') : []).map((one) => [one.id, one.code?.coding?.[0]]));
      return { texts, diagnoses: ids.flatMap((id) => byId.get(id) ?? []) };
    },
    staleTime: Infinity,
  });

function parametersOf({ texts, diagnoses }: Draft, complete: boolean): ParametersParameter[] {
  return [
    ...SECTIONS.flatMap((name) => (texts[name]?.trim() ? [{ name, valueString: texts[name] ?? '' }] : [])),
    ...diagnoses.map((coding) => ({ name: 'diagnosis', valueString: coding.code ?? '' })),
    ...(complete ? [{ name: 'complete', valueBoolean: true }] : []),
  ];
}

/** Keeps the note as a draft; or completes it, signs it and closes the visit. */
export function useWriteNote(visit: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, finish }: { draft: Draft; finish: boolean }) => {
      const note = await call<Composition>(pathOf(visit, 'note'), parametersOf(draft, finish));
      // Who comes back to the visit finds what was kept last.
      client.setQueryData<Draft>(['desk-note', `Composition/${note.id ?? ''}`], draft);
      if (!finish) return;
      await call(`Composition/${note.id ?? ''}/$sign`, []);
      await call<Encounter>(pathOf(visit, 'close'), []);
    },
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

export const useDocument = (reference: string | undefined) => useQuery({ queryKey: ['desk-document', reference], enabled: reference !== undefined, queryFn: ({ signal }) => get<Composition>(reference ?? '', signal) });

/** Writes what is to be added to the signed note, and signs it. Again, after a signature that failed, it is the same addendum. */
export function useAppend(visit: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (text: string) => {
      const addendum = await call<Composition>(pathOf(visit, 'addendum'), [{ name: 'text', valueString: text }]);
      await call(`Composition/${addendum.id ?? ''}/$sign`, []);
    },
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['addenda'] }), client.invalidateQueries({ queryKey: ['note-signature'] })]),
  });
}

/** Diagnoses by code, by a piece of the name, or by first letters of its pinyin. */
export const useDiagnoses = (words: string) =>
  useQuery({
    queryKey: ['diagnoses', words],
    enabled: words.trim() !== '',
    queryFn: async ({ signal }): Promise<Coding[]> => ((await get<Parameters>(`$diagnoses?q=${encodeURIComponent(words.trim())}`, signal)).parameter ?? []).flatMap(({ valueCoding }) => valueCoding ?? []),
    placeholderData: (before) => before,
    staleTime: 300_000,
  });

export function useOrder(visit: string) {
  return useMutation({ mutationFn: (text: string) => call<FhirResource>(pathOf(visit, 'order'), [{ name: 'text', valueString: text }]) });
}
