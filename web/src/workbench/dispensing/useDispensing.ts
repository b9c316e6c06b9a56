import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Bundle, HealthcareService, Parameters, ParametersParameter } from 'fhir/r4';
import { circulationsIn, isOpenCharge, isUnpaid, wholeIn, type Circulation, type Whole } from '../../shared/dispensing/circulations';
import { repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { call, FhirError, get, operate } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';
import { useDuties } from '../../shared/session/useDuties';
import { useMe } from '../../shared/session/useMe';

const EVERY = 15_000;
const SOON = 3_000;
const task = (id: string) => `Task/${encodeURIComponent(id)}`;

/** Sent to the pharmacy, in its hands, and what it had. Who works at none is refused once, and has no list. */
export function useCirculations() {
  const { data: me } = useMe();
  const duties = useDuties();
  return useQuery({
    queryKey: ['circulations', me?.institution],
    enabled: duties?.pharmacy ?? false,
    queryFn: async ({ signal }): Promise<Circulation[]> => circulationsIn(await get<Parameters>('$circulations', signal)),
    // Refused once is refused: each part of the page that looks does not ask anew.
    retry: false,
    retryOnMount: false,
    refetchInterval: ({ state }) => (state.error instanceof FhirError && state.error.status === 403 ? false : EVERY),
  });
}

export const isSent = ({ state }: Circulation) => state === 'available';
export const isHeld = ({ state }: Circulation) => state === 'locked' || state === 'dispensed';

/** What waits for a hand: sent here, or in our hands. */
export const useDispensingCount = (): number | undefined => useCirculations().data?.filter((one) => isSent(one) || isHeld(one)).length;

/** Pharmacists of a house that dispenses nothing do not have this list. */
export const useHasCirculations = (): boolean => useCirculations().data !== undefined;

export const useWhole = (id: string) =>
  useQuery({
    queryKey: ['circulation', id],
    refetchOnWindowFocus: true,
    queryFn: async ({ signal }): Promise<Whole> => wholeIn(await get<Parameters>(`${task(id)}/$circulation`, signal)),
    // The resident pays on the telephone: the counter sees it by itself.
    refetchInterval: ({ state: { data } }) => (data?.counted.some((one) => isUnpaid(one) && !isOpenCharge(one)) ? SOON : false),
  });

const again = (client: QueryClient, id: string) => Promise.all([client.invalidateQueries({ queryKey: ['circulation', id] }), client.invalidateQueries({ queryKey: ['circulations'] }), client.invalidateQueries({ queryKey: ['stock'] })]);

/** With the code that was read; or without one, what was sent here. */
export function useLock() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (by: { token: string } | { task: string }): Promise<Whole> => wholeIn(await operate<Parameters>('$prescription-lock', by)),
    onSuccess: (whole) => client.setQueryData(['circulation', whole.circulation.task], whole),
    onSettled: () => client.invalidateQueries({ queryKey: ['circulations'] }),
  });
}

/** One drug of what is counted out, as the forms keep it. */
export type Handing = { request: string; item: string; quantity: string; batch: string; expires: string; traces: string[]; opened: boolean; reason: string };

const handed = ({ request, item, quantity, batch, expires, traces, opened, reason }: Handing): ParametersParameter => ({
  name: 'drug',
  part: [
    { name: 'request', valueReference: { reference: `MedicationRequest/${request}` } },
    { name: 'item', valueString: item },
    { name: 'quantity', valueInteger: Number(quantity) },
    { name: 'batch', valueString: batch.trim() },
    { name: 'expires', valueDate: expires },
    ...traces.map((trace) => ({ name: 'trace', valueString: trace })),
    ...(opened ? [{ name: 'opened', valueBoolean: true }] : []),
    ...(reason.trim() ? [{ name: 'reason', valueString: reason.trim() }] : []),
  ],
});

export function useDispense(id: string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (handings: readonly Handing[]) => call(`${task(id)}/$prescription-dispense`, handings.map(handed)), onSettled: () => again(client, id) });
}

export type ShopStep = 'complete' | 'release' | 'take-back' | 'paid-elsewhere';

export function useShopStep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, reason, resale }: { step: ShopStep; reason?: string; resale?: boolean }) =>
      call(`${task(id)}/$prescription-${step}`, [...(reason ? [{ name: 'reason', valueString: reason }] : []), ...(resale === undefined ? [] : [{ name: 'resale', valueBoolean: resale }])]),
    onSettled: () => again(client, id),
  });
}

/** Whom a parcel may be given to. */
export const useCarriers = (on: boolean) =>
  useQuery({
    queryKey: ['carriers'],
    enabled: on,
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const services = resourcesOf<HealthcareService>(await get<Bundle>(`HealthcareService?service-type=${encodeURIComponent('https://helan.health/fhir/CodeSystem/pharmacy-service|carrying')}&active=true&_count=50`, signal), 'HealthcareService');
      return services.flatMap(({ name, providedBy }) => {
        const id = idOf(providedBy?.reference);
        return id ? [{ id, name: providedBy?.display ?? name ?? id }] : [];
      });
    },
  });

export function usePack(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ carrier, cold }: { carrier: string; cold?: { low: string; high: string } | undefined }) =>
      call(`${task(id)}/$parcel-pack`, [{ name: 'carrier', valueReference: { reference: `Organization/${carrier}` } }, ...(cold ? [{ name: 'low', valueString: cold.low }, { name: 'high', valueString: cold.high }] : [])]),
    onSettled: () => Promise.all([again(client, id), client.invalidateQueries({ queryKey: ['parcels'] })]),
  });
}

// ------------------------------------------------------------------ stock

/** A line of the pharmacy's stock; `price` in yuan for `per` units. */
export type Line = { item: string; name: string; maker: string; code: string; unit: string; quantity: number; per: number; price: string; told: string | undefined; old: boolean; known: boolean };

export const useStock = (on = true) =>
  useQuery({
    queryKey: ['stock'],
    enabled: on,
    queryFn: async ({ signal }): Promise<Line[]> =>
      repetitionsOf(await get<Parameters>('$stock', signal), 'line').map((parts) => ({
        item: parts.text('item') ?? '',
        name: parts.text('name') ?? '',
        maker: parts.text('maker') ?? '',
        code: parts.text('code') ?? '',
        unit: parts.text('unit') ?? '',
        quantity: parts.number('quantity') ?? 0,
        per: parts.number('per') ?? 1,
        price: parts.text('price') ?? '',
        told: parts.text('told'),
        old: parts.flag('old') ?? false,
        known: parts.flag('known') ?? false,
      })),
  });

/** Tells one line anew; the others stay. */
export function useTell() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ item, name, maker, code, unit, per, quantity, price }: Omit<Line, 'told' | 'old' | 'known' | 'quantity'> & { quantity: string }) =>
      call('$stock-update', [{ name: 'line', part: Object.entries({ item, name, maker, code, unit, per: String(per), quantity, price }).flatMap(([what, valueString]) => (valueString === '' ? [] : [{ name: what, valueString }])) }]),
    onSuccess: () => client.invalidateQueries({ queryKey: ['stock'] }),
  });
}

const plain = (name: string) => name.replace(/\s/g, '');

/** Stock for a drug: products of its name first, then all others, of which the platform allows what is the same. */
export function stockFor(stock: readonly Line[], drug: string): { same: Line[]; others: Line[] } {
  const there = stock.filter(({ quantity }) => quantity > 0);
  return { same: there.filter(({ name }) => plain(name) === plain(drug)), others: there.filter(({ name }) => plain(name) !== plain(drug)) };
}
