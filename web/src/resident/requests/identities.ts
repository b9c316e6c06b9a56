import { useQuery } from '@tanstack/react-query';
import type { Parameters, Patient } from 'fhir/r4';
import { get } from '../../shared/fhir/client';

/** The records of institutions that are this person, as far as their owner sees them: `GET Patient/[id]/$person`. */
export function useRecords(patient: string) {
  return useQuery({
    queryKey: ['identities', patient],
    queryFn: async ({ signal }): Promise<Patient[]> => {
      const answer = await get<Parameters>(`Patient/${encodeURIComponent(patient)}/$person`, signal);
      return (answer.parameter ?? []).flatMap(({ name, resource }) => (name === 'member' && resource?.resourceType === 'Patient' ? [resource] : []));
    },
    staleTime: 0,
  });
}
