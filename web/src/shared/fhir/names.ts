import { useQueries } from '@tanstack/react-query';
import type { Bundle, Organization, Practitioner } from 'fhir/r4';
import { resourcesOf } from './bundles';
import { get } from './client';
import { nameOf } from './words';

const TYPES = ['Practitioner', 'Organization'] as const;
const AT_ONCE = 40;

/**
 * Names of practitioners and institutions, by reference (`Practitioner/12`). A name that cannot be read is absent, and
 * the page says the reference instead: who read a record is told in any case.
 */
export function useNames(references: (string | undefined)[]): ReadonlyMap<string, string> {
  const wanted = [...new Set(references.filter((reference): reference is string => reference !== undefined))].sort();
  const groups = TYPES.flatMap((type) => {
    const ids = wanted.filter((reference) => reference.startsWith(`${type}/`)).map((reference) => reference.slice(type.length + 1));
    return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, at) => ({ type, ids: ids.slice(at * AT_ONCE, (at + 1) * AT_ONCE) }));
  });
  const results = useQueries({
    queries: groups.map(({ type, ids }) => ({
      queryKey: ['names', type, ids],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Bundle>(`${type}?_id=${ids.map(encodeURIComponent).join(',')}&_count=${AT_ONCE}&_elements=name`, signal),
      staleTime: Infinity,
    })),
  });
  const names = new Map<string, string>();
  for (const { data } of results) {
    if (!data) continue;
    for (const one of resourcesOf<Organization>(data, 'Organization')) if (one.name) names.set(`Organization/${one.id}`, one.name);
    for (const one of resourcesOf<Practitioner>(data, 'Practitioner')) names.set(`Practitioner/${one.id}`, nameOf(one) ?? `Practitioner/${one.id}`);
  }
  return names;
}
