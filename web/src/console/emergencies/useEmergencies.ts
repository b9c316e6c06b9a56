import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AuditEvent, Bundle, Task } from 'fhir/r4';
import { accessOf, type Access } from '../../shared/fhir/accesses';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get, operate } from '../../shared/fhir/client';
import { emergencyOf, type Emergency } from '../../shared/fhir/emergencies';
import { idOf } from '../../shared/fhir/words';

export const STATES = ['opened', 'justified', 'reviewed'] as const;
export type State = (typeof STATES)[number];

/** The review list, the latest first; a practitioner's own accesses only. */
export function useEmergencies(state: State | undefined) {
  const query = new URLSearchParams({ _count: '50', ...(state ? { state } : {}) });
  return useInfiniteQuery({
    queryKey: ['emergency-reviews', state],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`Task/$emergency-reviews?${query.toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<Task>(page, 'Task')).map(emergencyOf),
    // The page stands open at desks for hours; who comes back to it is shown what there is now.
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
}

/** What the practitioner did with the record while it was open, the first thing first. */
export function useEvidence({ id, patient, practitioner, start, end }: Emergency) {
  return useQuery({
    queryKey: ['evidence', id],
    queryFn: async ({ signal }): Promise<{ accesses: Access[]; partial: boolean }> => {
      const query = new URLSearchParams({ patient: idOf(patient) ?? '', agent: practitioner ?? '', _count: '200' });
      query.append('date', `ge${start ?? ''}`);
      query.append('date', `le${end ?? ''}`);
      const bundle = await get<Bundle>(`AuditEvent?${query.toString()}`, signal);
      const accesses = resourcesOf<AuditEvent>(bundle, 'AuditEvent').map(accessOf).reverse();
      // The access is stamped with a whole second; what stands before it in that second was no part of it.
      const opening = accesses.findIndex(({ operation, refused }) => operation === 'emergency-access' && !refused);
      return { accesses: accesses.slice(Math.max(0, opening)), partial: nextLink(bundle) !== undefined };
    },
    enabled: patient !== undefined && practitioner !== undefined && start !== undefined && end !== undefined,
  });
}

export type Step = { id: string; step: 'justify'; statement: string } | { id: string; step: 'review'; decision: 'justified' | 'misuse'; note: string };

/** Takes an emergency access a step on, and reads the list anew. */
export function useStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, step, ...texts }: Step) => operate<Task>(`Task/${encodeURIComponent(id)}/$${step}`, texts as Record<string, string>),
    onSettled: () => client.invalidateQueries({ queryKey: ['emergency-reviews'] }),
  });
}
