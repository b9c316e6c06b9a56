import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { AllergyIntolerance, Bundle, Composition, Condition, Coverage, DocumentReference, Encounter, FhirResource, Medication, MedicationRequest, Observation, Patient } from 'fhir/r4';
import { useMemo } from 'react';
import { nextLink, resourcesOf } from '../fhir/bundles';
import { follow, get } from '../fhir/client';
import { resultsOf, type Result } from '../fhir/observations';
import { conceptText, idOf } from '../fhir/words';
import { useTranslation } from 'react-i18next';
import { daysOf, firstPage, holdingBack, readPage, SOURCES, type Cursor, type Entry, type Kind } from './timeline';

export function usePatient(id: string) {
  return useQuery({ queryKey: ['patient', id], queryFn: ({ signal }) => get<Patient>(`Patient/${encodeURIComponent(id)}`, signal) });
}

/** Whether only the masked view came: the record is not open to whoever looks. */
export const isMasked = (resource: FhirResource): boolean => resource.meta?.tag?.some(({ code }) => code === 'SUBSETTED') ?? false;

/** A list that is short for nearly everyone. `partial`: there is more on the server than was read. */
function useShortList<T extends FhirResource>(type: T['resourceType'], patient: string, parameters: Record<string, string>) {
  const query = new URLSearchParams({ patient, ...parameters }).toString();
  return useQuery({
    queryKey: ['list', type, query],
    queryFn: async ({ signal }) => {
      const bundle = await get<Bundle>(`${type}?${query}`, signal);
      return { items: resourcesOf<T>(bundle, type), partial: nextLink(bundle) !== undefined, medications: medicationsIn(bundle) };
    },
  });
}

export const useAllergies = (patient: string) => useShortList<AllergyIntolerance>('AllergyIntolerance', patient, { _count: '50' });

export const useProblems = (patient: string) =>
  useShortList<Condition>('Condition', patient, { 'clinical-status': 'active,recurrence,relapse', _sort: '-recorded-date', _count: '50' });

export const useMedicines = (patient: string) =>
  useShortList<MedicationRequest>('MedicationRequest', patient, { status: 'active', _sort: '-authoredon', _count: '50', _include: 'MedicationRequest:medication' });

export const useCoverages = (patient: string) => useShortList<Coverage>('Coverage', patient, { status: 'active', _count: '10' });

export const useLastEncounters = (patient: string) => useShortList<Encounter>('Encounter', patient, { _sort: '-date', _count: '6' });

/** Names of the Medications that came along with prescriptions, by id. */
export type Medications = ReadonlyMap<string, string>;

function medicationsIn(bundle: Bundle): Medications {
  return new Map(resourcesOf<Medication>(bundle, 'Medication').flatMap(({ id, code }) => (id === undefined ? [] : [[id, conceptText(code) ?? id]])));
}

export function medicineName(request: MedicationRequest, medications: Medications): string | undefined {
  if (request.medicationCodeableConcept) return conceptText(request.medicationCodeableConcept);
  const reference = request.medicationReference;
  if (reference?.reference?.startsWith('#')) {
    const contained = request.contained?.find(({ id }) => id === reference.reference?.slice(1));
    if (contained?.resourceType === 'Medication') return conceptText(contained.code);
  }
  return medications.get(idOf(reference?.reference) ?? '') ?? reference?.display;
}

type Round = { entries: Entry[]; cursors: Cursor[]; medications: Medications };

/** The record as days, growing at its end. Filters by kind leave out the searches of the other kinds altogether. */
export function useTimeline(patient: string, kinds: readonly Kind[]) {
  const query = useInfiniteQuery({
    queryKey: ['timeline', patient, [...kinds].sort()],
    queryFn: async ({ pageParam, signal }): Promise<Round> => {
      const sources = SOURCES.filter(({ kind }) => kinds.includes(kind));
      const due = pageParam ? holdingBack(pageParam) : undefined;
      const pages = await Promise.all(
        due
          ? due.map(async ({ source, next }) => ({ source, bundle: await follow(next ?? '', signal) }))
          : sources.map(async (source) => ({ source, bundle: await get<Bundle>(firstPage(source, patient), signal) })),
      );
      const read = pages.map(({ source, bundle }) => readPage(source, bundle));
      const untouched = pageParam?.filter((cursor) => !due?.includes(cursor)) ?? [];
      return {
        entries: read.flatMap(({ entries }) => entries),
        cursors: [...untouched, ...read.map(({ cursor }) => cursor)],
        medications: new Map(pages.flatMap(({ bundle }) => [...medicationsIn(bundle)])),
      };
    },
    initialPageParam: undefined as Cursor[] | undefined,
    getNextPageParam: ({ cursors }) => (cursors.some(({ next }) => next !== undefined) ? cursors : undefined),
  });
  const pages = query.data?.pages;
  const days = useMemo(() => (pages ? daysOf(pages.flatMap(({ entries }) => entries), pages.at(-1)?.cursors ?? []) : undefined), [pages]);
  const medications = useMemo(() => new Map(pages?.flatMap((page) => [...page.medications])), [pages]);
  return { ...query, days, medications };
}

const RESULTS = 300;

/** Laboratory results and vital signs, the latest first, {@link RESULTS} Observations at a time. */
export function useResults(patient: string) {
  const { t } = useTranslation('common');
  const query = useInfiniteQuery({
    queryKey: ['results', patient],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => {
      const first = new URLSearchParams({ patient, category: 'laboratory,vital-signs', _sort: '-date', _count: String(RESULTS) });
      return pageParam === undefined ? get<Bundle>(`Observation?${first.toString()}`, signal) : follow(pageParam, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
  });
  const pages = query.data?.pages;
  const words = useMemo(() => ({ yes: t('yes'), no: t('no') }), [t]);
  const results = useMemo(
    (): Result[] | undefined => pages?.flatMap((page) => resourcesOf<Observation>(page, 'Observation').flatMap((observation) => resultsOf(observation, words))),
    [pages, words],
  );
  return { ...query, results };
}

/** Documents of both kinds, one after the other's pages by date, as the timeline reads them. */
export function useDocuments(patient: string) {
  const timeline = useTimeline(patient, ['document']);
  const documents = useMemo(() => timeline.days?.flatMap(({ entries }) => entries.map(({ resource }) => resource as DocumentReference | Composition)), [timeline.days]);
  return { ...timeline, documents };
}
