import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { ticketOf, type Ticket } from '../../shared/queue/tickets';

const keyOf = (patient: string) => ['queue-tickets', patient];

/** While one waits the page is looked at again and again: it reads itself anew. */
const EVERY = 15_000;

export const isWaiting = ({ state }: Ticket): boolean => state === 'waiting' || state === 'missed' || state === 'called' || state === 'serving';

export const useTickets = (patient: string) =>
  useQuery({
    queryKey: keyOf(patient),
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`Patient/${encodeURIComponent(patient)}/$queue-tickets`, signal), 'ticket').map(ticketOf),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(isWaiting) ? EVERY : false),
  });

export function useCheckIn(patient: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (door: string) => operate<Parameters>('$queue-check-in', { patient, door }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(patient) }),
  });
}

export function useLeave(patient: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ticket: string) => operate<Parameters>('$queue-leave', { ticket }),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(patient) }),
  });
}
