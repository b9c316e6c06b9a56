import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Appointment, Bundle, Location } from 'fhir/r4';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get, operate } from '../../shared/fhir/client';
import { addressText, conceptText } from '../../shared/fhir/words';
import { dayOf, today } from '../../shared/format/dates';

const EXTENSION = 'https://helan.health/fhir/StructureDefinition/';
const DAY = 86_400_000;

/** Days that are looked at: as far as hospitals open them, mostly. */
const DAYS = 14;

const extensionOf = (appointment: Appointment, name: string) => appointment.extension?.find(({ url }) => url === EXTENSION + name);

/** A time of a doctor, with the places that are free of it. */
export type Time = { slot: string; schedule: string; start: string; end: string; free: number; fee: number };

/** A doctor's day: its times in their order. */
export type Day = { day: string; times: Time[]; free: number };

const timeOf = (proposed: Appointment): Time => ({
  slot: proposed.id ?? '',
  schedule: proposed.supportingInformation?.[0]?.reference ?? '',
  start: proposed.start ?? '',
  end: proposed.end ?? '',
  free: extensionOf(proposed, 'free-places')?.valueUnsignedInt ?? 0,
  fee: feeOf(proposed),
});

/** Yuan that a visit costs; 0 for free of charge. */
export const feeOf = (appointment: Appointment): number => extensionOf(appointment, 'booking-fee')?.valueMoney?.value ?? 0;

export const heldUntilOf = (appointment: Appointment): string | undefined => extensionOf(appointment, 'held-until')?.valueInstant;

/** The doctor, or the room, as the booking names it. */
export const withOf = (appointment: Appointment): string =>
  (appointment.participant ?? []).flatMap(({ actor }) => (actor?.reference?.startsWith('Patient/') ? [] : (actor?.display ?? []))).at(0) ?? '';

const locationOf = (appointment: Appointment) => (appointment.participant ?? []).find(({ actor }) => actor?.reference?.startsWith('Location/'))?.actor;

/** The hospital or place that the booking names. */
export const placeOf = (appointment: Appointment): string => locationOf(appointment)?.display ?? '';

/** What for: the department as the national list calls it. */
export const departmentOf = (appointment: Appointment): string => conceptText(appointment.specialty?.[0]) ?? '';

export const doctorOf = (appointment: Appointment): string | undefined =>
  (appointment.participant ?? []).map(({ actor }) => actor?.reference ?? '').find((reference) => reference.startsWith('Practitioner/'))?.slice('Practitioner/'.length);

/** The doctor's days from now on, full times too: who sees nothing must be able to tell full from closed. */
export const useTimes = (practitioner: string) =>
  useQuery({
    queryKey: ['times', practitioner],
    queryFn: async ({ signal }): Promise<Day[]> => {
      const query = new URLSearchParams({ practitioner, start: new Date().toISOString(), end: `${today(Date.now() + DAYS * DAY)}`, full: 'true', _count: '500' });
      const times = resourcesOf<Appointment>(await get<Bundle>(`Appointment/$find?${query.toString()}`, signal), 'Appointment').map(timeOf);
      const days = new Map<string, Time[]>();
      for (const time of times) days.set(dayOf(time.start) ?? '', [...(days.get(dayOf(time.start) ?? '') ?? []), time]);
      return [...days].map(([day, all]) => ({ day, times: all, free: all.reduce((sum, { free }) => sum + free, 0) }));
    },
    staleTime: 0,
  });

const appointmentOf = (answer: Bundle | Appointment): Appointment => (answer.resourceType === 'Bundle' ? (answer.entry?.[0]?.resource as Appointment) : answer);

/** One booking. */
export const useAppointment = (id: string) => useQuery({ queryKey: ['appointment', id], queryFn: ({ signal }) => get<Appointment>(`Appointment/${encodeURIComponent(id)}`, signal), staleTime: 0 });

/** The way there, in words; absent where the registry has none. */
export function useAddress(appointment: Appointment): string | undefined {
  const reference = locationOf(appointment)?.reference;
  return useQuery({ queryKey: ['location', reference], enabled: reference !== undefined, queryFn: ({ signal }) => get<Location>(reference ?? '', signal), select: ({ address }) => addressText(address) }).data;
}

/** Bookings of a person, the latest to come first. */
export const useAppointments = (patient: string) =>
  useInfiniteQuery({
    queryKey: ['appointments', patient],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`Appointment?${new URLSearchParams({ patient, _sort: '-date', _count: '30' }).toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<Appointment>(page, 'Appointment')),
    staleTime: 0,
  });

export type Change = { path: string; values: Record<string, string>; version?: string | undefined };

/** Holds, confirms, moves, cancels; what was read of bookings and times is read anew. */
export function useBooking() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ path, values, version }: Change) => appointmentOf(await operate<Bundle | Appointment>(`Appointment/${path}`, values, version)),
    onSuccess: (appointment) => client.setQueryData(['appointment', appointment.id ?? ''], appointment),
    onSettled: () => {
      // Not waited for: the next page shows the booking at once, however long the doctor's days take on a slow line.
      void client.invalidateQueries({ queryKey: ['times'] });
      return Promise.all(['appointments', 'appointment'].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
}

export const isToCome = ({ status }: Appointment): boolean => status === 'pending' || status === 'booked' || status === 'arrived' || status === 'waitlist';
