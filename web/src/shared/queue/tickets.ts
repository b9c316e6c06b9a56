import type { Parts } from '../fhir/bundles';

export const LEVELS = ['emergency', 'urgent', 'priority', 'routine'] as const;
export type Level = (typeof LEVELS)[number];
export type TicketState = 'waiting' | 'called' | 'missed' | 'serving' | 'served' | 'left' | 'moved';
export type QueueStep = 'triage' | 'call' | 'miss' | 'return' | 'start' | 'finish' | 'move' | 'leave';

/** A number in a queue (docs/guide/queue.md). Level, reason and Encounter are told to staff only. */
export type Ticket = {
  id: string;
  label: string;
  state: TicketState;
  queue: string;
  queueName: string;
  /** Where the queue waits. */
  where: string | undefined;
  /** Where it was called to. */
  place: string | undefined;
  patient: string | undefined;
  name: string;
  level: Level | undefined;
  reason: string | undefined;
  entered: string | undefined;
  called: string | undefined;
  /** Booked for, of who came in time. */
  due: string | undefined;
  misses: number;
  /** People who are called first; absent for who is not in the line. */
  before: number | undefined;
  /** Minutes; absent while too little was measured. */
  wait: { low: number; high: number } | undefined;
  may: QueueStep[];
};

export function ticketOf(part: Parts): Ticket {
  const low = part.number('wait-low');
  const high = part.number('wait-high');
  return {
    id: part.text('id') ?? '',
    label: part.text('label') ?? '',
    state: (part.text('state') ?? 'waiting') as TicketState,
    queue: part.text('queue') ?? '',
    queueName: part.text('queue-name') ?? '',
    where: part.text('where'),
    place: part.text('place'),
    patient: part.reference('patient')?.reference,
    name: part.reference('patient')?.display ?? '',
    level: part.text('level') as Level | undefined,
    reason: part.text('reason'),
    entered: part.text('entered'),
    called: part.text('called'),
    due: part.text('due'),
    misses: part.number('misses') ?? 0,
    before: part.number('before'),
    wait: low === undefined || high === undefined ? undefined : { low, high },
    may: part.texts('may') as QueueStep[],
  };
}
