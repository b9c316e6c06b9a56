import { useQuery } from '@tanstack/react-query';
import type { AllergyIntolerance, Bundle, Condition, Encounter, FhirResource, Medication, MedicationRequest, Observation } from 'fhir/r4';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';
import { resultsOf, urgency, type Result } from '../../shared/fhir/observations';
import { conceptText, idOf } from '../../shared/fhir/words';
import { dayOf } from '../../shared/format/dates';

function useList<T extends FhirResource>(type: T['resourceType'], patient: string, parameters: Record<string, string>) {
  const query = new URLSearchParams({ patient, ...parameters }).toString();
  return useQuery({ queryKey: ['list', type, query], queryFn: async ({ signal }) => resourcesOf<T>(await get<Bundle>(`${type}?${query}`, signal), type) });
}

export const useAllergies = (patient: string) => useList<AllergyIntolerance>('AllergyIntolerance', patient, { _count: '50' });
export const useProblems = (patient: string) => useList<Condition>('Condition', patient, { 'clinical-status': 'active,recurrence,relapse', _sort: '-recorded-date', _count: '100' });
export const useVisits = (patient: string) => useList<Encounter>('Encounter', patient, { _sort: '-date', _count: '8' });

export function useMedicines(patient: string) {
  const query = new URLSearchParams({ patient, status: 'active', _sort: '-authoredon', _count: '50', _include: 'MedicationRequest:medication' }).toString();
  return useQuery({
    queryKey: ['medicines', query],
    queryFn: async ({ signal }) => {
      const bundle = await get<Bundle>(`MedicationRequest?${query}`, signal);
      const names = new Map(resourcesOf<Medication>(bundle, 'Medication').map(({ id, code }) => [id, conceptText(code)]));
      return resourcesOf<MedicationRequest>(bundle, 'MedicationRequest').map((request) => ({
        id: request.id ?? '',
        name: conceptText(request.medicationCodeableConcept) ?? names.get(idOf(request.medicationReference?.reference)) ?? request.medicationReference?.display,
        dosage: request.dosageInstruction?.[0]?.text ?? request.dosageInstruction?.[0]?.patientInstruction,
        since: request.authoredOn,
      }));
    },
  });
}

/** The results of the last day on which there were any from a laboratory, those outside their range first. */
export function useLatestResults(patient: string) {
  const { t } = useTranslation('common');
  const query = useList<Observation>('Observation', patient, { category: 'laboratory', _sort: '-date', _count: '60' });
  const words = useMemo(() => ({ yes: t('yes'), no: t('no') }), [t]);
  const latest = useMemo(() => {
    const results = query.data?.flatMap((observation) => resultsOf(observation, words));
    const day = dayOf(results?.[0]?.date);
    const ofDay: Result[] | undefined = results?.filter(({ date }) => dayOf(date) === day).sort((a, b) => urgency(b) - urgency(a));
    return ofDay && { day, results: ofDay, off: ofDay.filter((result) => urgency(result) > 0).length };
  }, [query.data, words]);
  return { data: latest, error: query.error, refetch: query.refetch };
}
