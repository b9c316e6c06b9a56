import { useQuery } from '@tanstack/react-query';
import type { Bundle, Composition } from 'fhir/r4';
import { resourcesOf } from '../fhir/bundles';
import { get } from '../fhir/client';

/** Whether a document adds to an earlier one (补记). */
export const isAddendum = (document: Composition): boolean => document.relatesTo?.some(({ code }) => code === 'appends') ?? false;

/** Documents that append one, the first one first: whoever reads it must know of them. */
export const useAddenda = (reference: string | undefined, patient: string | undefined) =>
  useQuery({
    queryKey: ['addenda', reference],
    queryFn: async ({ signal }): Promise<Composition[]> => {
      const query = new URLSearchParams({ patient: patient ?? '', 'related-ref': reference ?? '', _sort: 'date', _count: '50' });
      return resourcesOf<Composition>(await get<Bundle>(`Composition?${query.toString()}`, signal), 'Composition').filter((document) => document.status === 'final' && isAddendum(document));
    },
    enabled: reference !== undefined && patient !== undefined,
  });
