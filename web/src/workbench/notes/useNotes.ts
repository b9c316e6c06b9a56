import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Composition, Encounter, Organization, Patient, Provenance, Reference, ValueSet } from 'fhir/r4';
import { resourcesOf } from '../../shared/fhir/bundles';
import { create, get, operate, transact, update } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';
import { useMe } from '../../shared/session/useMe';
import { finished, unfinished, type Draft, type Setting } from './note';

const MOST = 100;

export type Unsigned = { note: Composition; patient: Patient | undefined };

/** Notes that I began and have not finished, the latest first. */
export function useUnsigned() {
  const { data: me } = useMe();
  const practitioner = idOf(me?.fhirUser);
  return useQuery({
    queryKey: ['work', 'notes', practitioner],
    queryFn: async ({ signal }): Promise<Unsigned[]> => {
      const query = new URLSearchParams({ author: `Practitioner/${practitioner ?? ''}`, status: 'preliminary', _sort: '-date', _count: String(MOST), _include: 'Composition:subject' });
      const bundle = await get<Bundle>(`Composition?${query.toString()}`, signal);
      const patients = new Map(resourcesOf<Patient>(bundle, 'Patient').map((patient) => [`Patient/${patient.id ?? ''}`, patient]));
      return resourcesOf<Composition>(bundle, 'Composition').map((note) => ({ note, patient: patients.get(note.subject?.reference ?? '') }));
    },
    enabled: practitioner !== undefined,
  });
}

export const useUnsignedCount = (): number | undefined => useUnsigned().data?.length;

export const useNote = (id: string | undefined) =>
  useQuery({ queryKey: ['note', id], queryFn: ({ signal }) => get<Composition>(`Composition/${encodeURIComponent(id ?? '')}`, signal), enabled: id !== undefined });

/** Who writes: references with the names that stand on paper. */
export function useAuthor(): { author: Reference; institution: Reference } | undefined {
  const { data: me } = useMe();
  if (!me?.fhirUser) return undefined;
  return {
    author: { reference: `Practitioner/${idOf(me.fhirUser) ?? ''}`, display: me.name },
    institution: { reference: `Organization/${me.institution}`, ...(me.post ? { display: me.post.institutionName } : {}) },
  };
}

/** The encounter that the note belongs to: the one it was opened from, else the latest of mine with this person that nobody has ended. */
export function useEncounter(patient: string, asked: string | null) {
  const { data: me } = useMe();
  const practitioner = idOf(me?.fhirUser);
  return useQuery({
    queryKey: ['note-encounter', patient, asked, practitioner],
    queryFn: async ({ signal }): Promise<Encounter | null> => {
      if (asked) return get<Encounter>(`Encounter/${encodeURIComponent(asked)}`, signal);
      const query = new URLSearchParams({ patient, participant: `Practitioner/${practitioner ?? ''}`, status: 'arrived,triaged,in-progress,onleave', _sort: '-date', _count: '1' });
      return resourcesOf<Encounter>(await get<Bundle>(`Encounter?${query.toString()}`, signal), 'Encounter')[0] ?? null;
    },
    enabled: practitioner !== undefined,
  });
}

/** Ends the visit as it was read; a conflict is told, not overwritten. */
export function useEndVisit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (encounter: Encounter) => update<Encounter>({ ...encounter, status: 'finished', period: { ...encounter.period, end: new Date().toISOString() } }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['work'] }), client.invalidateQueries({ queryKey: ['note-encounter'] })]),
  });
}

/** Keeps a note that is not finished. */
export function useSave() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ draft, setting, before }: { draft: Draft; setting: Setting; before: Composition | undefined }) => {
      const note = unfinished(draft, setting, new Date().toISOString(), before);
      return before?.id ? update(note) : create(note);
    },
    onSuccess: (note) => {
      client.setQueryData(['note', note.id], note);
      return client.invalidateQueries({ queryKey: ['work', 'notes'] });
    },
  });
}

/** Writes the finished note with its diagnoses. Answers its id and version. */
export function useFinish() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, setting, before }: { draft: Draft; setting: Setting; before: Composition | undefined }): Promise<{ id: string; version: number }> => {
      const answer = await transact(finished(draft, setting, new Date().toISOString(), before));
      const location = answer.entry?.at(-1)?.response?.location ?? '';
      const [, id = '', version = ''] = /Composition\/([^/]+)\/_history\/(\d+)/.exec(location) ?? [];
      return { id, version: Number(version) };
    },
    onSuccess: ({ id }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['note', id] }),
        client.invalidateQueries({ queryKey: ['work', 'notes'] }),
        client.invalidateQueries({ queryKey: ['list', 'Condition'] }),
        client.invalidateQueries({ queryKey: ['timeline'] }),
      ]),
  });
}

/** The author's signature over this version and no other. */
export function useSign() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version }: { id: string; version: number }) => operate<Provenance>(`Composition/${encodeURIComponent(id)}/$sign`, { ifVersion: version }),
    onSettled: () => client.invalidateQueries({ queryKey: ['note-signature'] }),
  });
}

export { useSignature } from '../../shared/record/useSignature';

export const useInstitution = (reference: string | undefined) =>
  useQuery({ queryKey: ['institution', reference], queryFn: ({ signal }) => get<Organization>(reference ?? '', signal), enabled: reference?.startsWith('Organization/') ?? false, staleTime: Infinity });

const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';

export type Found = { system: string; code: string; display: string };

const FOUND = 30;
const SHOWN = 12;

/** Chapters and blocks (`IX`, `I10-I15`) group diagnoses and are none. The code that was typed whole comes first. */
export function diagnosesIn(expanded: ValueSet, typed: string): Found[] {
  const whole = typed.toUpperCase();
  return (expanded.expansion?.contains ?? [])
    .flatMap(({ system, code, display, abstract }) => (code && !abstract && /^[A-Z]\d\d(?!.*-)/.test(code) ? [{ system: system ?? ICD_10, code, display: display ?? code }] : []))
    .sort((a, b) => Number(b.code === whole) - Number(a.code === whole));
}

/** Diagnoses of ICD-10 that fit what is typed: by code, by words, and by first letters where the server knows them. */
export function useDiagnoses(text: string) {
  const typed = text.trim();
  return useQuery({
    queryKey: ['diagnoses', typed],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const query = new URLSearchParams({ url: `${ICD_10}?fhir_vs`, filter: typed, count: String(FOUND), activeOnly: 'true' });
      const answer = await get<ValueSet>(`ValueSet/$expand?${query.toString()}`, signal);
      return diagnosesIn(answer, typed).slice(0, SHOWN);
    },
    enabled: typed !== '',
    staleTime: 300_000,
  });
}
