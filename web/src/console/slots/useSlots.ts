import { useQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';

/** Places of a day, or of several together ({@link sumOf}); docs/guide/booking.md says what each is. */
export type Fill = {
  places: number;
  opened: number;
  booked: number;
  held: number;
  left: number;
  kept: number;
  referral: number;
  referralTaken: number;
  reserved: number;
  closed: number;
  waiting: number;
};

export type DayFill = Fill & { day: string };

/** An institution, a department or a doctor's Schedule. `seen` and `missed`: bookings of the last 30 days. */
export type Group = { reference: string; name: string | undefined; practitioner: string | undefined; days: DayFill[]; seen: number; missed: number };

export const REASONS = ['no-rule', 'bad-rule', 'refused', 'nothing-planned'] as const;
export type Reason = (typeof REASONS)[number];

/** Of the region how many Schedules an institution opens nothing of; of an institution which, and why. */
export type Unreleased = { reference: string | undefined; name: string | undefined; schedules: number; why: Reason | undefined };

export type Figures = { asOf: string | undefined; groups: Group[]; unreleased: Unreleased[]; unreleasedCount: number };

const NOTHING: Fill = { places: 0, opened: 0, booked: 0, held: 0, left: 0, kept: 0, referral: 0, referralTaken: 0, reserved: 0, closed: 0, waiting: 0 };

export const sumOf = (fills: Fill[]): Fill =>
  fills.reduce<Fill>((sum, fill) => Object.fromEntries(Object.keys(NOTHING).map((key) => [key, sum[key as keyof Fill] + fill[key as keyof Fill]])) as Fill, NOTHING);

/** Share of the opened places that are taken, 0 to 1; absent where nothing is opened. */
export const fillRate = ({ opened, booked, held }: Fill): number | undefined => (opened > 0 ? Math.min(1, (booked + held) / opened) : undefined);

/** Share of bookings that nobody came for; absent where there were none. */
export const missRate = ({ seen, missed }: { seen: number; missed: number }): number | undefined => (seen + missed > 0 ? missed / (seen + missed) : undefined);

const fillIn = (parts: Parts): Fill => {
  const count = (name: string) => parts.number(name) ?? 0;
  return {
    places: count('places'),
    opened: count('opened'),
    booked: count('booked'),
    held: count('held'),
    left: count('left'),
    kept: count('kept'),
    referral: count('referral'),
    referralTaken: count('referral-taken'),
    reserved: count('reserved'),
    closed: count('closed'),
    waiting: count('waiting'),
  };
};

const momentIn = (answer: Parameters): string | undefined => answer.parameter?.find(({ name }) => name === 'as-of')?.valueInstant;

export function figuresIn(answer: Parameters): Figures {
  const groups = (['institution', 'department', 'schedule'] as const).flatMap((kind) =>
    repetitionsOf(answer, kind).map((parts): Group => ({
      reference: parts.reference('reference')?.reference ?? '',
      name: parts.reference('reference')?.display,
      practitioner: parts.reference('practitioner')?.reference,
      days: parts.parts('day').map((day) => ({ day: day.text('date') ?? '', ...fillIn(day) })),
      seen: parts.number('seen') ?? 0,
      missed: parts.number('missed') ?? 0,
    })),
  );
  const unreleased = repetitionsOf(answer, 'unreleased').map((parts): Unreleased => {
    const about = parts.reference('schedule') ?? parts.reference('institution');
    return { reference: about?.reference, name: about?.display, schedules: parts.number('schedules') ?? 1, why: REASONS.find((known) => known === parts.text('why')) };
  });
  return {
    asOf: momentIn(answer),
    groups,
    unreleased,
    unreleasedCount: unreleased.reduce((sum, { schedules }) => sum + schedules, 0),
  };
}

/** What is looked at: nothing for the region. Ids, without the type. */
export type Scope = { institution: string | undefined; department: string | undefined };

/** The 14 days from today. */
export const useFigures = ({ institution, department }: Scope, enabled: boolean) =>
  useQuery({
    enabled,
    queryKey: ['booking-figures', institution, department],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ ...(institution ? { institution } : {}), ...(department ? { department } : {}) }).toString();
      return figuresIn(await get<Parameters>(`$booking-figures${query ? `?${query}` : ''}`, signal));
    },
    refetchInterval: 30_000,
  });

export type SlotFill = { reference: string; start: string; end: string; opens: string; closed: boolean; places: number; taken: number; left: number; kept: number; reserved: number };

export const useDay = (schedule: string | undefined, day: string | undefined) =>
  useQuery({
    enabled: schedule !== undefined && day !== undefined,
    queryKey: ['booking-figures', 'slots', schedule, day],
    queryFn: async ({ signal }): Promise<SlotFill[]> =>
      repetitionsOf(await get<Parameters>(`$booking-figures?${new URLSearchParams({ schedule: schedule ?? '', day: day ?? '' }).toString()}`, signal), 'slot').map((parts) => ({
        reference: parts.reference('reference')?.reference ?? '',
        start: parts.text('start') ?? '',
        end: parts.text('end') ?? '',
        opens: parts.text('opens') ?? '',
        closed: parts.flag('closed') ?? false,
        places: parts.number('places') ?? 0,
        taken: parts.number('taken') ?? 0,
        left: parts.number('left') ?? 0,
        kept: parts.number('kept') ?? 0,
        reserved: parts.number('reserved') ?? 0,
      })),
    refetchInterval: 10_000,
  });

/** A queue, or of the region an institution's queues together. Waits in minutes. */
export type QueueCounts = {
  key: string;
  name: string | undefined;
  where: string | undefined;
  institution: string | undefined;
  open: boolean;
  waiting: number;
  called: number;
  serving: number;
  missed: number;
  served: number;
  mean: number | undefined;
  longest: number | undefined;
};

export function queuesIn(answer: Parameters): { asOf: string | undefined; queues: QueueCounts[] } {
  const counts = (parts: Parts) => ({
    waiting: parts.number('waiting') ?? 0,
    called: parts.number('called') ?? 0,
    serving: parts.number('serving') ?? 0,
    missed: parts.number('missed') ?? 0,
    served: parts.number('served') ?? 0,
    mean: parts.number('mean-minutes'),
    longest: parts.number('longest-minutes'),
  });
  const institutions = repetitionsOf(answer, 'institution').map((parts): QueueCounts => {
    const institution = parts.reference('reference')?.reference;
    return { key: institution ?? '', name: undefined, where: undefined, institution, open: true, ...counts(parts) };
  });
  const queues = repetitionsOf(answer, 'queue').map((parts): QueueCounts => ({ key: parts.text('id') ?? '', name: parts.text('name'), where: parts.text('where'), institution: undefined, open: parts.text('state') !== 'closed', ...counts(parts) }));
  return { asOf: momentIn(answer), queues: [...institutions, ...queues].sort((a, b) => b.waiting - a.waiting || (b.longest ?? 0) - (a.longest ?? 0)) };
}

export const useQueues = (institution: string | undefined, enabled: boolean) =>
  useQuery({
    enabled,
    queryKey: ['queue-figures', institution],
    queryFn: async ({ signal }) => queuesIn(await get<Parameters>(`$queue-figures${institution ? `?${new URLSearchParams({ institution }).toString()}` : ''}`, signal)),
    refetchInterval: 10_000,
  });
