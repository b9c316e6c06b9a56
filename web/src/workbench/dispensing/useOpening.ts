import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters, ParametersParameter } from 'fhir/r4';
import { partsOf, repetitionsOf } from '../../shared/fhir/bundles';
import { call, get } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
export const WAYS = ['pickup', 'cabinet', 'delivery'] as const;
export type Way = (typeof WAYS)[number];

/** `08:30` to `21:00`; an end that is not after the start is on the day after. */
export type Span = { start: string; end: string };
export type OfDay = { allDay: boolean; spans: Span[] };
/** Days, as a rule; a system may have said times with a zone. */
export type Closed = { description: string; start: string; end: string };
export type Plan = { week: Record<Day, OfDay>; closed: Closed[]; ways: Way[]; telephone: string };

/** Whether it is open now (absent: not said), and when it opens next or closes. */
export type Standing = { open: boolean | undefined; changes: string | undefined };
export type Opening = Standing & { id: string; name: string; version: string; plan: Plan };

const isOne = <T extends string>(all: readonly T[], text: string): text is T => (all as readonly string[]).includes(text);

export function openingIn(parameters: Parameters): Opening {
  const head = partsOf({ name: 'opening', part: parameters.parameter ?? [] });
  const week = Object.fromEntries(DAYS.map((day) => [day, { allDay: false, spans: [] }])) as unknown as Record<Day, OfDay>;
  for (const hours of repetitionsOf(parameters, 'hours')) {
    const named = hours.texts('day').filter((day) => isOne(DAYS, day));
    for (const day of named.length > 0 ? named : DAYS) {
      if (hours.flag('allDay')) week[day].allDay = true;
      else week[day].spans.push({ start: hours.text('start') ?? '', end: hours.text('end') ?? '' });
    }
  }
  for (const day of DAYS) week[day].spans.sort((one, other) => one.start.localeCompare(other.start));
  return {
    id: idOf(head.reference('service')?.reference) ?? '',
    name: head.reference('service')?.display ?? '',
    version: head.text('version') ?? '',
    open: head.flag('open'),
    changes: head.text('changes'),
    plan: {
      week,
      closed: repetitionsOf(parameters, 'closed').map((one) => ({ description: one.text('description') ?? '', start: one.text('start') ?? '', end: one.text('end') ?? '' })),
      ways: WAYS.filter((way) => head.texts('way').includes(way)),
      telephone: head.text('telephone') ?? '',
    },
  };
}

const text = (name: string, valueString: string): ParametersParameter => ({ name, valueString });

/** The plan as the operation takes it: days of the same hours together. */
export function parametersOf({ week, closed, ways, telephone }: Plan): ParametersParameter[] {
  const alike = new Map<string, Day[]>();
  for (const day of DAYS) {
    for (const hours of week[day].allDay ? ['allDay'] : week[day].spans.map(({ start, end }) => `${start} ${end}`)) alike.set(hours, [...(alike.get(hours) ?? []), day]);
  }
  const parts = (hours: string): ParametersParameter[] => {
    const [start = '', end = ''] = hours.split(' ');
    return hours === 'allDay' ? [{ name: 'allDay', valueBoolean: true }] : [text('start', start), text('end', end)];
  };
  return [
    ...[...alike].map(([hours, days]) => ({ name: 'hours', part: [...days.map((day) => ({ name: 'day', valueCode: day })), ...parts(hours)] })),
    ...closed.map((one) => ({ name: 'closed', part: [text('description', one.description.trim()), text('start', one.start), text('end', one.end)] })),
    ...ways.map((way) => ({ name: 'way', valueCode: way })),
    ...(telephone.trim() ? [text('telephone', telephone.trim())] : []),
  ];
}

const KEY = ['opening-hours'];
const path = (id: string) => `HealthcareService/${encodeURIComponent(id)}/$opening-hours-update`;

/** Of the own pharmacy. Not read anew by itself: it would take away what is being typed. */
export const useOpening = () => useQuery({ queryKey: KEY, refetchOnWindowFocus: false, queryFn: async ({ signal }): Promise<Opening> => openingIn(await get<Parameters>('$opening-hours', signal)) });

/** What the platform would say now by a plan that is not saved. */
export const usePreview = (id: string, plan: Plan | undefined) =>
  useQuery({
    queryKey: [...KEY, 'preview', id, plan],
    enabled: plan !== undefined,
    retry: false,
    gcTime: 0,
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Standing> => openingIn(await call(path(id), [...(plan ? parametersOf(plan) : []), { name: 'preview', valueBoolean: true }])),
  });

/** Saves a plan, if nobody has saved another since this one was read. */
export function useSaveOpening({ id, version }: Opening) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (plan: Plan) => openingIn(await call(path(id), parametersOf(plan), version)),
    onSuccess: (opening) => client.setQueryData(KEY, opening),
  });
}
