import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { Bundle, Patient } from 'fhir/r4';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, search } from '../../shared/fhir/client';
import { searchFor, type Criteria } from './criteria';

/** Residents that meet `criteria`, page after page along the server's own `next` links. */
export function useResidents(criteria: Criteria) {
  return useInfiniteQuery({
    queryKey: ['residents', criteria],
    queryFn: ({ pageParam, signal }): Promise<Bundle> =>
      pageParam === undefined ? search('Patient', searchFor(criteria), signal) : follow(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    placeholderData: keepPreviousData,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<Patient>(page, 'Patient')),
  });
}
