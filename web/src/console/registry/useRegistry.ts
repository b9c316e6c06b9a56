import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, FhirResource, HealthcareService, Organization, Parameters, Practitioner, PractitionerRole } from 'fhir/r4';
import { useRef } from 'react';
import { nextOf, repetitionsOf, resourcesOf, type Parts } from '../../shared/fhir/bundles';
import { create, get, operate } from '../../shared/fhir/client';
import { nameOf } from '../../shared/fhir/words';

export const LICENCE_STATES = ['filed', 'returned', 'verified', 'active', 'suspended', 'expired'] as const;
export type LicenceState = (typeof LICENCE_STATES)[number];
export const SITE_STATES = ['unfiled', 'pending', 'approved', 'ended'] as const;
export type SiteState = (typeof SITE_STATES)[number];

export type Unit = { id: string; name: string; department: boolean; level: string | undefined; address: string | undefined; partOf: string | undefined; licence: string | undefined; below: number; posts: number };
/** `holder` and `institution` are references; `ends` the first instant after the last day. */
export type Licence = { key: string; holder: string; name: string; kind: string; number: string; state: LicenceState; ends: string | undefined; due: string | undefined; institution: string | undefined; may: string[] };
export type Place = { id: string; practitioner: string; name: string; title: string | undefined; state: SiteState; site: string | undefined; online: boolean; rights: string[]; department: string | undefined; institution: string | undefined; licence: string | undefined; may: string[] };
export type Act = { step: string; at: string | undefined; by: string; reason: string; number: string | undefined };

const ask = (values: Record<string, string | undefined>) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') query.set(name, value);
  return `$registry?${query.toString()}`;
};

const KEY = 'registry';

export const useFigures = () =>
  useQuery({
    queryKey: [KEY, 'figures'],
    queryFn: async ({ signal }) => new Map(repetitionsOf(await get<Parameters>('$registry', signal), 'figure').map((figure) => [figure.text('name') ?? '', figure.number('count') ?? 0])),
    staleTime: 0,
  });

const unitOf = (parts: Parts): Unit => ({
  id: parts.text('id') ?? '',
  name: parts.text('name') ?? '',
  department: parts.flag('department') ?? false,
  level: parts.text('level'),
  address: parts.text('address'),
  partOf: parts.text('part-of'),
  licence: parts.text('licence'),
  below: parts.number('below') ?? 0,
  posts: parts.number('posts') ?? 0,
});

/** What lies right below one; of none, the top. */
export const useUnits = (parent: string | undefined) =>
  useQuery({
    queryKey: [KEY, 'units', parent],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(ask({ view: 'units', parent }), signal), 'unit').map(unitOf),
  });

export const useUnit = (id: string | undefined) =>
  useQuery({
    queryKey: [KEY, 'unit', id],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(ask({ view: 'units', id }), signal), 'unit').map(unitOf)[0],
    enabled: id !== undefined,
  });

const licenceOf = (parts: Parts): Licence => ({
  key: `${parts.reference('holder')?.reference ?? ''}|${parts.text('number') ?? ''}`,
  holder: parts.reference('holder')?.reference ?? '',
  name: parts.text('name') ?? parts.reference('holder')?.reference ?? '',
  kind: parts.text('kind') ?? '',
  number: parts.text('number') ?? '',
  state: LICENCE_STATES.find((state) => state === parts.text('state')) ?? 'filed',
  ends: parts.text('ends'),
  due: parts.text('check-due'),
  institution: parts.reference('institution')?.display,
  may: parts.texts('may'),
});

/** Lists that go on with what the last page said. */
function useList<T>(what: string, values: Record<string, string | undefined>, of: (parts: Parts) => T) {
  return useInfiniteQuery({
    queryKey: [KEY, what, values],
    queryFn: ({ pageParam, signal }) => get<Parameters>(ask({ ...values, after: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    staleTime: 0,
    select: ({ pages }) => pages.flatMap((page) => repetitionsOf(page, what).map(of)),
  });
}

export type LicenceFilter = { state?: string | undefined; due?: string | undefined; ending?: string | undefined; holder?: string | undefined; institution?: string | undefined };
export const useLicences = (filter: LicenceFilter) => useList('licence', { view: 'licences', ...filter }, licenceOf);

const placeOf = (parts: Parts): Place => ({
  id: parts.text('id') ?? '',
  practitioner: parts.reference('practitioner')?.reference ?? '',
  name: parts.text('name') ?? '',
  title: parts.text('title'),
  state: SITE_STATES.find((state) => state === parts.text('state')) ?? 'unfiled',
  site: parts.text('site'),
  online: parts.flag('online') ?? false,
  rights: parts.texts('right'),
  department: parts.text('department'),
  institution: parts.reference('institution')?.display,
  licence: parts.text('licence'),
  may: parts.texts('may'),
});

export const usePlaces = (filter: { state?: string | undefined; institution?: string | undefined }) => useList('place', { view: 'places', ...filter }, placeOf);

/** Steps taken with a resource, the latest first. */
export const useActs = (of: string) =>
  useQuery({
    queryKey: [KEY, 'acts', of],
    queryFn: async ({ signal }): Promise<Act[]> =>
      repetitionsOf(await get<Parameters>(ask({ view: 'acts', of }), signal), 'act').map((act) => ({ step: act.text('step') ?? '', at: act.text('at'), by: act.text('by') ?? '', reason: act.text('reason') ?? '', number: act.text('number') })),
    staleTime: 0,
  });

export const ALLIANCE_STATES = ['proposed', 'active', 'ended'] as const;
export type AllianceState = (typeof ALLIANCE_STATES)[number];
export const ALLIANCE_KINDS = ['urban-group', 'county-community', 'specialty-alliance', 'telemedicine-network'] as const;
/** The membership of one institution in an alliance. */
export type Membership = { id: string; version: string; lead: string; member: string; kind: string; state: AllianceState; start: string | undefined; end: string | undefined; may: string[] };

/** Of an institution, or all; those that ended too. */
export const useAlliances = (institution?: string, enabled = true) =>
  useQuery({
    queryKey: [KEY, 'alliances', institution],
    queryFn: async ({ signal }): Promise<Membership[]> =>
      repetitionsOf(await get<Parameters>(ask({ view: 'alliances', institution }), signal), 'alliance').map((one) => ({
        id: one.text('id') ?? '',
        version: one.text('version') ?? '',
        lead: one.reference('lead')?.display ?? one.reference('lead')?.reference ?? '',
        member: one.reference('member')?.display ?? one.reference('member')?.reference ?? '',
        kind: one.text('kind') ?? '',
        state: ALLIANCE_STATES.find((state) => state === one.text('state')) ?? 'ended',
        start: one.text('start'),
        end: one.text('end'),
        may: one.texts('may'),
      })),
    enabled,
    staleTime: 0,
  });

/** The version of a resource that is looked at, so that a step is not taken with another. */
export const useVersion = (of: string) =>
  useQuery({
    queryKey: [KEY, 'version', of],
    queryFn: async ({ signal }) => (await get<FhirResource>(of, signal)).meta?.versionId ?? null,
    staleTime: 0,
  });

/** @param of such as `Practitioner/12`, or a type where the step makes something */
export type StepAsked = { of: string; step: string; values: Record<string, string | string[]>; version?: string | undefined };

export function useStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ of, step, values, version }: StepAsked) => operate<FhirResource>(`${of}/$${step}`, values, version),
    onSettled: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}

export type PlaceAsked = { practitioner: string; organization: string; title: string; values: Record<string, string | string[]> };

/** Makes a post and files it. Where filing is refused the post is kept, and the next try files that one. */
export function useFilePlace() {
  const client = useQueryClient();
  const made = useRef<{ key: string; id: string }>(undefined);
  return useMutation({
    mutationFn: async ({ practitioner, organization, title, values }: PlaceAsked) => {
      const key = `${practitioner}|${organization}`;
      if (made.current?.key !== key) {
        const post = await create<PractitionerRole>({
          resourceType: 'PractitionerRole',
          active: true,
          practitioner: { reference: practitioner },
          organization: { reference: organization },
          ...(title === '' ? {} : { code: [{ text: title }] }),
        });
        made.current = { key, id: post.id ?? '' };
      }
      return operate<FhirResource>(`PractitionerRole/${made.current.id}/$file`, values);
    },
    onSettled: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}

export type HolderType = 'Practitioner' | 'Organization' | 'HealthcareService';
export type Found = { value: string; label: string };

/** Whose name begins so. @param type whom to look for; institutions only where `institutions` */
export const useFound = (type: HolderType, typed: string, institutions = false) =>
  useQuery({
    queryKey: [KEY, 'found', type, typed, institutions],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const query = new URLSearchParams({ name: typed, _count: '20', ...(type === 'Organization' && institutions ? { type: 'prov' } : {}) });
      const found = resourcesOf<Practitioner | Organization | HealthcareService>(await get<Bundle>(`${type}?${query.toString()}`, signal), type);
      return found.map((one) => ({ value: `${type}/${one.id ?? ''}`, label: one.resourceType === 'Practitioner' ? (nameOf(one) ?? one.id ?? '') : (one.name ?? one.id ?? '') }));
    },
    enabled: typed.trim() !== '',
  });
