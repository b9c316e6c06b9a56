import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Parameters, Patient } from 'fhir/r4';
import { repetitionsOf, resourcesOf, type Parts } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { ticketOf, type Ticket } from '../../shared/queue/tickets';

/** Under which this seat keeps its queue, for as long as the tab is open. */
export const CHOSEN = 'helan-queue';

export type Queue = { id: string; name: string; where: string | undefined; open: boolean; waiting: number; served: number };

const queueOf = (part: Parts): Queue => ({
  id: part.text('id') ?? '',
  name: part.text('name') ?? '',
  where: part.text('where'),
  open: part.text('state') === 'open',
  waiting: part.number('waiting') ?? 0,
  served: part.number('served') ?? 0,
});

/** How many wait everywhere, for the choice of queues and the rail. */
const COUNTS = 20_000;

export const useQueues = () => useQuery({ queryKey: ['queues'], queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>('$queues', signal), 'queue').map(queueOf), staleTime: 0, refetchInterval: COUNTS });

export type Line = { waiting: Ticket[]; called: Ticket[]; missed: Ticket[]; served: number };

/** Read again every few seconds while the page is looked at: others call and check in too. */
const EVERY = 4_000;

export const useLine = (queue: string | undefined) =>
  useQuery({
    queryKey: ['queue-line', queue],
    enabled: queue !== undefined,
    refetchInterval: EVERY,
    staleTime: 0,
    queryFn: async ({ signal }): Promise<Line> => {
      const answer = await get<Parameters>(`$queue-line?queue=${encodeURIComponent(queue ?? '')}`, signal);
      const of = (group: string) => repetitionsOf(answer, group).map(ticketOf);
      return { waiting: of('waiting'), called: of('called'), missed: of('missed'), served: answer.parameter?.find(({ name }) => name === 'served')?.valueInteger ?? 0 };
    },
  });

/** A step of a ticket. `name` is the operation's, such as `call`; the line is read anew whatever came of it. */
export function useStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ step, ...values }: { step: string } & Record<string, string>): Promise<Ticket | undefined> => {
      const answer = await operate<Parameters>(`$queue-${step}`, values);
      const part = repetitionsOf(answer, 'ticket')[0];
      return part ? ticketOf(part) : undefined;
    },
    // Who is taken in stands among the patients at once.
    onSettled: () => Promise.all([['queue-line'], ['queues'], ['work', 'patients']].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

/** Who has the number in hand; nobody is an empty list. */
export function useFind() {
  return useMutation({
    mutationFn: async (identifier: string): Promise<{ identifier: string; patients: Patient[] }> => ({ identifier, patients: resourcesOf<Patient>(await operate<Bundle>('Patient/$locate', { identifier }), 'Patient') }),
  });
}

export type Screen = { id: string; name: string; active: boolean };

export const useScreens = () =>
  useQuery({
    queryKey: ['queue-screens'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$queue-screens', signal), 'screen').map((part): Screen => ({ id: part.text('id') ?? '', name: part.text('name') ?? '', active: part.text('state') === 'active' })),
  });

/** Makes a screen, whose token is told this once, or switches one on or off. */
export function usePutScreen() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (values: Record<string, string>): Promise<string | undefined> => (await operate<Parameters>('$queue-screen', values)).parameter?.find(({ name }) => name === 'token')?.valueString,
    onSuccess: () => client.invalidateQueries({ queryKey: ['queue-screens'] }),
  });
}

/** How many wait in the queue of this seat, for the rail. */
export function useWaitingCount(): number | undefined {
  const { data } = useQueues();
  const chosen = sessionStorage.getItem(CHOSEN);
  return (data?.find(({ id }) => id === chosen) ?? data?.[0])?.waiting;
}

export type Terminal = { id: string; name: string };

/** Counters that read codes for check-in: attended, without a key of their own. */
export const useCheckInTerminals = () =>
  useQuery({
    queryKey: ['queue-terminals'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$card-terminals', signal), 'terminal')
        .filter((part) => part.flag('attended') && !part.flag('key') && part.text('state') === 'active' && part.texts('scene').includes('check-in'))
        .map((part): Terminal => ({ id: part.text('id') ?? '', name: part.text('name') ?? '' })),
  });
