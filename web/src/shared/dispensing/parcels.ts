import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { idOf } from '../fhir/words';

export type ParcelState = 'packed' | 'picked' | 'transit' | 'returning' | 'delivered' | 'returned';

/** A parcel as one side sees it: a courier is told neither what is in it nor of which prescription. */
export type Parcel = {
  id: string;
  state: ParcelState;
  side: 'shop' | 'courier' | 'resident';
  packed: string | undefined;
  changed: string | undefined;
  shop: string;
  task: string | undefined;
  /** Id of the SupplyDelivery; a courier is not told it. */
  delivery: string | undefined;
  cold: boolean;
  low: number | undefined;
  high: number | undefined;
  excursion: boolean;
  read: string | undefined;
  address: string | undefined;
  name: string | undefined;
  telephone: string | undefined;
  /** What the resident says at the door. */
  code: string | undefined;
  open: string[];
};

export type Reading = { celsius: number; outside: boolean; at: string | undefined };

const full = (text: string | undefined): string | undefined => (text ? text : undefined);

const parcelOf = (parts: Parts): Parcel => ({
  id: parts.text('id') ?? '',
  state: (parts.text('state') ?? 'packed') as ParcelState,
  side: (parts.text('side') ?? 'resident') as Parcel['side'],
  packed: parts.text('packed'),
  changed: parts.text('changed'),
  shop: parts.reference('shop')?.display ?? '',
  task: idOf(parts.reference('task')?.reference),
  delivery: idOf(parts.reference('delivery')?.reference),
  cold: parts.flag('cold') ?? false,
  low: parts.number('low'),
  high: parts.number('high'),
  excursion: parts.flag('excursion') ?? false,
  read: parts.text('read'),
  address: full(parts.text('address')),
  name: full(parts.text('name')),
  telephone: full(parts.text('telephone')),
  code: full(parts.text('code')),
  open: parts.texts('open'),
});

/** What `$parcels` answers. */
export const parcelsIn = (answer: Parameters): Parcel[] => repetitionsOf(answer, 'parcel').map(parcelOf);

export type Followed = { parcel: Parcel; readings: Reading[] };

/** What `$parcel` and its steps answer. */
export function parcelIn(answer: Parameters): Followed {
  const [parcel] = parcelsIn(answer);
  if (!parcel) throw new Error('no parcel in the answer');
  return {
    parcel,
    readings: repetitionsOf(answer, 'reading').map((parts) => ({ celsius: parts.number('celsius') ?? NaN, outside: parts.flag('outside') ?? false, at: parts.text('at') })),
  };
}
