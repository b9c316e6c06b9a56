import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { access } from '../../shared/fhir/client';

/** Times are ISO 8601; `source` is an address with its end masked. */
export type SignInSession = { id: string; device: string; source: string; created: string; seen: string; until: string; current: boolean };
export type SignInEvent = { at: string; what: string; device: string; source: string };

export const useSessions = () => useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => access<SignInSession[]>('me/sessions', { signal }) });

export const useHistory = () => useQuery({ queryKey: ['history'], queryFn: ({ signal }) => access<SignInEvent[]>('me/history', { signal }) });

export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => access<unknown>(`me/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => Promise.all(['sessions', 'history'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
