import { useQuery } from '@tanstack/react-query';
import type { Bundle, Task } from 'fhir/r4';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';
import { emergencyOf, type Emergency } from '../../shared/fhir/emergencies';

/** Emergency accesses to a record, the latest first. */
export function useEmergencies(patient: string) {
  const query = new URLSearchParams({ patient, code: 'https://helan.health/fhir/CodeSystem/task|emergency-access', _sort: '-authored-on', _count: '100' });
  return useQuery({
    queryKey: ['emergencies', patient],
    queryFn: async ({ signal }): Promise<Emergency[]> => resourcesOf<Task>(await get<Bundle>(`Task?${query.toString()}`, signal), 'Task').map(emergencyOf),
    // How a review ended is what one comes back for; the parts of one page still read it once.
    staleTime: 5_000,
  });
}
