import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Medication, MedicationDispense, Parameters } from 'fhir/r4';
import { offersIn, wholeIn, type Offer, type Way, type Whole } from '../../shared/dispensing/circulations';
import { parcelIn, type Followed } from '../../shared/dispensing/parcels';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { currentToken, onSessionChange } from '../../shared/session/session';

const EVERY = 15_000;
/** While a code is held out at a counter. */
const SOON = 5_000;
const task = (id: string) => `Task/${encodeURIComponent(id)}`;

/** Where a prescription is. Read anew while one waits at a counter or for a parcel. */
export const useCirculation = (id: string, on = true) =>
  useQuery({
    queryKey: ['circulation', id],
    enabled: on,
    refetchOnWindowFocus: true,
    queryFn: async ({ signal }): Promise<Whole> => wholeIn(await get<Parameters>(`${task(id)}/$circulation`, signal)),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => (!data || ['completed', 'expired', 'cancelled'].includes(data.circulation.state) ? false : data.circulation.token ? SOON : EVERY),
  });

/** What was given, with its batch and last day. */
export const useGiven = (ids: readonly string[]) =>
  useQuery({
    queryKey: ['given', ids],
    enabled: ids.length > 0,
    queryFn: async ({ signal }) =>
      new Map(
        resourcesOf<MedicationDispense>(await get<Bundle>(`MedicationDispense?_id=${ids.map(encodeURIComponent).join(',')}&_count=60`, signal), 'MedicationDispense').map((one) => {
          const product = one.contained?.find((resource): resource is Medication => resource.resourceType === 'Medication');
          return [one.id ?? '', { name: product?.code?.text ?? one.medicationReference?.display ?? '', unit: one.quantity?.unit ?? '', batch: product?.batch?.lotNumber, expires: product?.batch?.expirationDate }];
        }),
      ),
  });

export type Place = { latitude: number; longitude: number };
export type Sought = { sort: 'price' | 'distance'; way?: Way | undefined; place?: Place | undefined };

/** A hundred metres are near enough to say what is near. */
const rough = (degrees: number) => degrees.toFixed(3);

export const useOffers = (id: string, { sort, way, place }: Sought) =>
  useQuery({
    queryKey: ['offers', id, sort, way, place],
    queryFn: async ({ signal }): Promise<Offer[]> =>
      offersIn(await get<Parameters>(`${task(id)}/$offers?${new URLSearchParams({ sort, ...(way ? { way } : {}), ...(place ? { latitude: rough(place.latitude), longitude: rough(place.longitude) } : {}) }).toString()}`, signal)),
  });

/** Where the browser says that one is; rejects where it does not say. */
export const whereAmI = (): Promise<Place> =>
  new Promise((resolve, reject) => {
    if (!('geolocation' in navigator)) return reject(new Error('no geolocation'));
    navigator.geolocation.getCurrentPosition(({ coords: { latitude, longitude } }) => resolve({ latitude, longitude }), reject, { timeout: 10_000, maximumAge: 600_000 });
  });

/** A code as it was made: the server keeps none, so that it is shown only where it was asked for. */
export type Code = { text: string; until: string | undefined };
const codes = new Map<string, Code>();
// The next one who signs in at this tab begins without.
onSessionChange(() => {
  if (currentToken() === undefined) codes.clear();
});

export const codeOf = (id: string): Code | undefined => codes.get(id);

export type Choice = { way: Way; shop?: string | undefined; telephone?: string; address?: string };

export function useIssue(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ way, shop, telephone, address }: Choice): Promise<Code> => {
      const answer = await operate<Parameters>(`${task(id)}/$prescription-token`, { way, ...(shop ? { shop } : {}), ...(telephone ? { telephone } : {}), ...(address ? { address } : {}) });
      const said = (name: string) => answer.parameter?.find((one) => one.name === name);
      const code = { text: said('token')?.valueString ?? '', until: said('until')?.valueInstant ?? said('until')?.valueDateTime };
      codes.set(id, code);
      return code;
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['circulation', id] }),
  });
}

export function useRecall(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (reason: string) => wholeIn(await operate<Parameters>(`${task(id)}/$prescription-recall`, { reason })),
    onSuccess: () => codes.delete(id),
    onSettled: () => client.invalidateQueries({ queryKey: ['circulation', id] }),
  });
}

export const useParcel = (id: string) =>
  useQuery({
    queryKey: ['parcel', id],
    refetchOnWindowFocus: true,
    queryFn: async ({ signal }): Promise<Followed> => parcelIn(await get<Parameters>(`$parcel?parcel=${encodeURIComponent(id)}`, signal)),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && !['delivered', 'returned'].includes(state.data.parcel.state) ? EVERY : false),
  });
