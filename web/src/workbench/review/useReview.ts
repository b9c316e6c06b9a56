import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { FhirError, get, operate } from '../../shared/fhir/client';
import { prescriptionListIn, type Prescription, type PrescriptionList } from '../../shared/prescription/prescriptions';
import { useDuties } from '../../shared/session/useDuties';
import { useMe } from '../../shared/session/useMe';

const EVERY = 15_000;

/** Late ones first, then what has to be decided soonest; then what others have taken, and last what nobody can decide any more. */
export function inOrder(queue: readonly Prescription[], own: string | undefined): Prescription[] {
  const others = ({ state, owner }: Prescription) => state === 'taken' && owner !== own;
  return [...queue].sort((a, b) => Number(a.over) - Number(b.over) || Number(others(a)) - Number(others(b)) || Number(b.late) - Number(a.late) || (a.deadline ?? '').localeCompare(b.deadline ?? ''));
}

/** The queue of the pharmacist's institution; of nobody else is it asked for. */
export function useReviewQueue() {
  const { data: me } = useMe();
  const duties = useDuties();
  return useQuery({
    queryKey: ['prescriptions', 'pharmacist', me?.institution],
    enabled: duties?.pharmacist ?? false,
    queryFn: async ({ signal }): Promise<PrescriptionList> => {
      const { all, more } = prescriptionListIn(await get<Parameters>('$prescriptions?side=pharmacist&state=waiting,taken', signal));
      return { all: inOrder(all, me?.fhirUser), more };
    },
    retry: false,
    refetchInterval: ({ state }) => (state.error instanceof FhirError && state.error.status === 403 ? false : EVERY),
  });
}

/** How many wait to be taken. */
export const useReviewCount = (): number | undefined => useReviewQueue().data?.all.filter(({ state, over }) => state === 'waiting' && !over).length;

/** The next to take after this one. */
export const nextAfter = (queue: readonly Prescription[] | undefined, task: string): string | undefined => queue?.find((one) => one.state === 'waiting' && !one.over && one.task !== task)?.task;

export function useDraw() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ month, count }: { month: string; count: number }) => repetitionsOf(await operate<Parameters>('$draw-prescriptions', { month, count: String(count) }), 'result')[0]?.number('drawn') ?? 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['prescription-comments'] }),
  });
}
