import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Task } from 'fhir/r4';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get, update } from '../../shared/fhir/client';
import { CORRECTION } from '../../shared/fhir/corrections';
import { useMe } from '../../shared/session/useMe';

/** Requests for correction that wait for my institution, the longest waiting first. */
export function useCorrections() {
  const { data: me } = useMe();
  const institution = me?.institution;
  return useQuery({
    queryKey: ['work', 'corrections', institution],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ owner: `Organization/${institution ?? ''}`, code: `${CORRECTION.system}|${CORRECTION.code}`, status: 'requested,received,in-progress', _sort: 'authored-on', _count: '50' });
      return resourcesOf<Task>(await get<Bundle>(`Task?${query.toString()}`, signal), 'Task');
    },
    enabled: institution !== undefined && institution !== '' && me?.role === 'practitioner',
  });
}

export const useCorrectionCount = (): number | undefined => useCorrections().data?.length;

export type Answer = { task: Task; status: 'completed' | 'rejected'; text: string };

/** Answers a request as it was read; a conflict is told, not overwritten. */
export function useAnswer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ task, status, text }: Answer) => update<Task>({ ...task, status, statusReason: { text }, lastModified: new Date().toISOString() }),
    onSettled: () => client.invalidateQueries({ queryKey: ['work', 'corrections'] }),
  });
}
