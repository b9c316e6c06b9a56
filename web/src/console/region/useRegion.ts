import { useQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';

/** Worst first. */
export const CONNECTIONS = ['silent', 'late', 'ok', 'none'] as const;
export type Connection = (typeof CONNECTIONS)[number];

/**
 * An institution now; what each says stands in docs/guide/console.md. A count is absent where the institution takes no
 * part in what is counted: it has no places today, no queue, no feed.
 */
export type Spot = {
  id: string;
  name: string;
  latitude: number | undefined;
  longitude: number | undefined;
  places: number | undefined;
  booked: number | undefined;
  checkedIn: number | undefined;
  waiting: number | undefined;
  online: number | undefined;
  onlineWaiting: number | undefined;
  messages: number | undefined;
  unhandled: number | undefined;
  oldest: string | undefined;
  connection: Connection;
};

export const ALERT_KINDS = ['edge-silent', 'emergency-unjustified', 'many-refusals', 'many-residents', 'night'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export type Region = { asOf: string | undefined; spots: Spot[]; alerts: { kind: AlertKind; open: number }[] };

export function regionIn(answer: Parameters): Region {
  return {
    asOf: answer.parameter?.find(({ name }) => name === 'as-of')?.valueInstant,
    spots: repetitionsOf(answer, 'institution').map((parts): Spot => {
      const reference = parts.reference('reference');
      const id = reference?.reference?.slice('Organization/'.length) ?? '';
      return {
        id,
        name: reference?.display ?? id,
        latitude: parts.number('latitude'),
        longitude: parts.number('longitude'),
        places: parts.number('places'),
        booked: parts.number('booked'),
        checkedIn: parts.number('checked-in'),
        waiting: parts.number('waiting'),
        online: parts.number('online'),
        onlineWaiting: parts.number('online-waiting'),
        messages: parts.number('messages'),
        unhandled: parts.number('unhandled'),
        oldest: parts.text('oldest'),
        connection: CONNECTIONS.find((known) => known === parts.text('connection')) ?? 'none',
      };
    }),
    alerts: repetitionsOf(answer, 'alert').flatMap((parts) => {
      const kind = ALERT_KINDS.find((known) => known === parts.text('kind'));
      return kind ? [{ kind, open: parts.number('open') ?? 0 }] : [];
    }),
  };
}

/** Adds up over institutions; absent where none takes part. */
export const totalOf = (spots: Spot[], of: (spot: Spot) => number | undefined): number | undefined =>
  spots.reduce<number | undefined>((sum, spot) => (of(spot) === undefined ? sum : (sum ?? 0) + (of(spot) ?? 0)), undefined);

/** Share of today's places that are taken; absent where nothing is open today. */
export const fillOf = ({ places, booked }: Spot): number | undefined => (places ? Math.min(1, (booked ?? 0) / places) : undefined);

export const FILLS = ['full', 'high', 'some', 'low', 'none'] as const;
export type FillClass = (typeof FILLS)[number];

/** Our own classes: below 60 %, to 85 %, to 95 %, and above. */
export function fillClassOf(spot: Spot): FillClass {
  const fill = fillOf(spot);
  if (fill === undefined) return 'none';
  const shown = Math.round(fill * 100);
  return shown >= 95 ? 'full' : shown >= 85 ? 'high' : shown >= 60 ? 'some' : 'low';
}

export const useRegion = (enabled: boolean) =>
  useQuery({ enabled, queryKey: ['region-figures'], queryFn: async ({ signal }) => regionIn(await get<Parameters>('$region-figures', signal)), refetchInterval: 10_000 });
