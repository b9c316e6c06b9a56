import { useInfiniteQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { nextOf, repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { FhirError, get } from '../../shared/fhir/client';

export const WHATS = ['doctor', 'hospital', 'service'] as const;
export type What = (typeof WHATS)[number];

/** A doctor, a hospital or a service; `km` where a place was said. */
export type Hit = { id: string; practitioner: string | undefined; name: string; title: string | undefined; department: string | undefined; institution: string | undefined; specialties: string[]; level: string | undefined; address: string | undefined; online: boolean; km: number | undefined };

export const hitOf = (hit: Parts): Hit => ({
  id: hit.reference('resource')?.reference ?? '',
  practitioner: hit.reference('practitioner')?.reference,
  name: hit.text('name') ?? '',
  title: hit.text('title'),
  department: hit.text('department'),
  institution: hit.reference('institution')?.display,
  specialties: hit.texts('specialty'),
  level: hit.text('level'),
  address: hit.text('address'),
  online: hit.flag('online') ?? false,
  km: hit.number('km'),
});

export type Asked = { what: What; q?: string; specialty?: string; level?: string; online?: boolean; near?: string; institution?: string };

/** What may serve now, the nearest or the highest level first. */
export const useCare = (asked: Asked) =>
  useInfiniteQuery({
    queryKey: ['care', asked],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ what: asked.what });
      if (asked.q) query.set('q', asked.q);
      if (asked.specialty) query.set('specialty', asked.specialty);
      if (asked.level) query.set('level', asked.level);
      if (asked.institution) query.set('institution', asked.institution);
      if (asked.online) query.set('online', 'true');
      if (asked.near) {
        query.set('near', asked.near);
        query.set('km', '50');
      }
      if (pageParam) query.set('after', pageParam);
      return get<Parameters>(`$find-care?${query.toString()}`, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    select: ({ pages }): Hit[] =>
      pages.flatMap((page) => repetitionsOf(page, 'hit').map(hitOf)),
  });

export type OnlineService = { id: string; name: string; institution: string; level: string; address: string; licence: string; validUntil?: string; specialties: string[]; doctors: number };

type OnlineList = { services: OnlineService[]; cut?: boolean; next?: string };

/** The public list: the one request of these pages that needs no token. A long one comes in pages. */
export const useOnlineServices = () =>
  useInfiniteQuery({
    queryKey: ['online-services'],
    queryFn: async ({ pageParam, signal }): Promise<OnlineList> => {
      let response: Response;
      try {
        response = await fetch(`/public/online-services${pageParam === undefined ? '' : `?after=${encodeURIComponent(pageParam)}`}`, { signal, credentials: 'omit', headers: { Accept: 'application/json' } });
      } catch (error) {
        if (signal.aborted) throw error;
        throw new FhirError(0, undefined, undefined);
      }
      if (!response.ok) throw new FhirError(response.status, undefined, undefined);
      return (await response.json()) as OnlineList;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    select: ({ pages }) => pages.flatMap(({ services }) => services),
  });
