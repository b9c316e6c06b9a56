import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters, ParametersParameter } from 'fhir/r4';
import { parcelIn, parcelsIn, type Followed, type Parcel } from '../../shared/dispensing/parcels';
import { call, FhirError, get } from '../../shared/fhir/client';
import { useDuties } from '../../shared/session/useDuties';
import { useMe } from '../../shared/session/useMe';

const EVERY = 15_000;

/** A courier's, or those of a pharmacy. Of nobody else is it asked for. */
export function useParcels() {
  const { data: me } = useMe();
  const duties = useDuties();
  return useQuery({
    queryKey: ['parcels', me?.institution],
    enabled: duties?.delivery ?? false,
    queryFn: async ({ signal }): Promise<Parcel[]> => parcelsIn(await get<Parameters>('$parcels', signal)),
    // Refused once is refused: each part of the page that looks does not ask anew.
    retry: false,
    retryOnMount: false,
    refetchInterval: ({ state }) => (state.error instanceof FhirError && state.error.status === 403 ? false : EVERY),
  });
}

export const isOver = ({ state }: Parcel): boolean => state === 'delivered' || state === 'returned';

/** What asks for a step of whoever looks. */
export const useParcelCount = (): number | undefined => useParcels().data?.filter(({ open }) => open.length > 0).length;

/** Couriers have this list, and the pharmacies that pack; the others of their houses do not. */
export const useHasParcels = (): boolean => useParcels().data !== undefined;

export const useParcel = (id: string) =>
  useQuery({ queryKey: ['parcel', id], refetchOnWindowFocus: true, queryFn: async ({ signal }): Promise<Followed> => parcelIn(await get<Parameters>(`$parcel?parcel=${encodeURIComponent(id)}`, signal)) });

export type ParcelStep = 'pick' | 'depart' | 'reading' | 'deliver' | 'turn-back' | 'take-back';

export function useParcelStep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ step, values = [] }: { step: ParcelStep; values?: ParametersParameter[] }) => parcelIn(await call<Parameters>(`$parcel-${step}`, [{ name: 'parcel', valueString: id }, ...values])),
    onSuccess: (followed) => client.setQueryData(['parcel', id], followed),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['parcels'] }), client.invalidateQueries({ queryKey: ['circulations'] })]),
  });
}

const LONGEST_SIDE = 1_280;
const LARGEST = 512 * 1024;

/** A picture as the platform takes it: a JPEG of at most 512 kB, in base64. What a telephone takes is larger. */
export async function pictureOf(file: File): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.8, 0.6, 0.4, 0.2]) {
    const data = canvas.toDataURL('image/jpeg', quality).split(',')[1] ?? '';
    if (data.length * 0.75 <= LARGEST) return data;
  }
  throw new Error('the picture stays too large');
}
