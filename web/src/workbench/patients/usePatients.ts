import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Encounter, Patient } from 'fhir/r4';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';
import { useMe } from '../../shared/session/useMe';

const MOST = 100;

export type Present = { encounter: Encounter; patient: Patient | undefined; id: string };

/** Who is with me now: encounters that I take part in and that nobody has ended, the latest first. */
export function usePatients() {
  const { data: me } = useMe();
  const client = useQueryClient();
  const practitioner = idOf(me?.fhirUser);
  return useQuery({
    queryKey: ['work', 'patients', practitioner],
    queryFn: async ({ signal }): Promise<{ present: Present[]; partial: boolean }> => {
      const query = new URLSearchParams({
        participant: `Practitioner/${practitioner ?? ''}`,
        status: 'arrived,triaged,in-progress,onleave',
        _sort: '-date',
        _count: String(MOST),
        _include: 'Encounter:subject',
      });
      const bundle = await get<Bundle>(`Encounter?${query.toString()}`, signal);
      const patients = new Map(resourcesOf<Patient>(bundle, 'Patient').map((patient) => [patient.id ?? '', patient]));
      // Whoever opens one of them sees the person at once.
      for (const [id, patient] of patients) client.setQueryData(['patient', id], patient);
      const present = resourcesOf<Encounter>(bundle, 'Encounter').flatMap((encounter) => {
        const id = idOf(encounter.subject?.reference);
        return id === undefined ? [] : [{ encounter, id, patient: patients.get(id) }];
      });
      return { present, partial: nextLink(bundle) !== undefined };
    },
    enabled: practitioner !== undefined,
    refetchInterval: 60_000,
  });
}

export const usePatientCount = (): number | undefined => usePatients().data?.present.length;
