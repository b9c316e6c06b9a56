import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Task } from 'fhir/r4';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { emergencyOf } from '../../shared/fhir/emergencies';
import { useMe } from '../../shared/session/useMe';

/** My emergency accesses that I have not justified. */
export function useOwnEmergencies() {
  const { data: me } = useMe();
  return useQuery({
    queryKey: ['work', 'emergencies'],
    queryFn: async ({ signal }) => resourcesOf<Task>(await get<Bundle>('Task/$emergency-reviews?state=opened&_count=50', signal), 'Task').map(emergencyOf),
    enabled: me?.role === 'practitioner',
  });
}

export const useEmergencyCount = (): number | undefined => useOwnEmergencies().data?.length;

export function useJustify() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, statement }: { id: string; statement: string }) => operate<Task>(`Task/${encodeURIComponent(id)}/$justify`, { statement }),
    onSettled: () => client.invalidateQueries({ queryKey: ['work', 'emergencies'] }),
  });
}
