import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { FhirError, get, operate } from '../../shared/fhir/client';
import { prescriptionsIn, type Prescription } from '../../shared/prescription/prescriptions';
import { useDuties } from '../../shared/session/useDuties';
import { useMe } from '../../shared/session/useMe';

const EVERY = 15_000;

/** Late ones first, then what has to be decided soonest; what others have taken comes last. */
export function inOrder(queue: readonly Prescription[], own: string | undefined): Prescription[] {
  const others = ({ state, owner }: Prescription) => state === 'taken' && owner !== own;
  return [...queue].sort((a, b) => Number(others(a)) - Number(others(b)) || (a.deadline ?? '').localeCompare(b.deadline ?? ''));
}

/** The queue of the pharmacist's institution; of nobody else is it asked for. */
export function useReviewQueue() {
  const { data: me } = useMe();
  const duties = useDuties();
  return useQuery({
    queryKey: ['prescriptions', 'pharmacist', me?.institution],
    enabled: duties?.pharmacist ?? false,
    queryFn: async ({ signal }): Promise<Prescription[]> => inOrder(prescriptionsIn(await get<Parameters>('$prescriptions?side=pharmacist&state=waiting,taken', signal)), me?.fhirUser),
    retry: false,
    refetchInterval: ({ state }) => (state.error instanceof FhirError && state.error.status === 403 ? false : EVERY),
  });
}

/** How many wait to be taken. */
export const useReviewCount = (): number | undefined => useReviewQueue().data?.filter(({ state }) => state === 'waiting').length;

/** The next to take after this one. */
export const nextAfter = (queue: readonly Prescription[] | undefined, task: string): string | undefined => queue?.find((one) => one.state === 'waiting' && one.task !== task)?.task;

export function useDraw() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ month, count }: { month: string; count: number }) => repetitionsOf(await operate<Parameters>('$draw-prescriptions', { month, count: String(count) }), 'result')[0]?.number('drawn') ?? 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['prescription-comments'] }),
  });
}
