import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { AuditEvent, Bundle, Parameters } from 'fhir/r4';
import { accessOf } from '../../shared/fhir/accesses';
import { nextLink, repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get } from '../../shared/fhir/client';

/** The last seal over the audit's chains (docs/guide/audit.md, "Forms"); absent while nothing has been sealed. */
export type Seal = { number: number; time: string; algorithm: string; certificate: string; chains: number; closed: number; answer: Parameters };

export function sealOf(answer: Parameters): Seal | undefined {
  const body = answer.parameter?.find(({ name }) => name === 'body')?.valueString;
  if (!body) return undefined;
  const [form, number = '', time = '', , certificate = '', algorithm = '', ...chains] = body.split('\n');
  if (form !== 'helan-audit-seal-1') return undefined;
  return {
    number: Number(number),
    time,
    algorithm,
    certificate,
    chains: chains.filter((line) => line.startsWith('head ')).length,
    closed: chains.filter((line) => line.startsWith('closed ')).length,
    answer,
  };
}

export const useSeal = () => useQuery({ queryKey: ['audit-seal'], queryFn: async ({ signal }) => sealOf(await get<Parameters>('$audit-seal', signal)) ?? null, refetchInterval: 60_000 });

export type DataKeyStatus = {
  encrypts: boolean;
  keys: { id: number | undefined; algorithm: string | undefined; state: string | undefined; made: string | undefined }[];
  tables: { name: string | undefined; checked: number | undefined; changed: number | undefined; finished: string | undefined }[];
};

export const useDataKeys = (enabled: boolean) =>
  useQuery({
    queryKey: ['encryption-status'],
    queryFn: async ({ signal }): Promise<DataKeyStatus> => {
      const answer = await get<Parameters>('$encryption-status', signal);
      return {
        encrypts: answer.parameter?.find(({ name }) => name === 'encrypts')?.valueBoolean ?? false,
        keys: repetitionsOf(answer, 'key').map((part) => ({ id: part.number('id'), algorithm: part.text('algorithm'), state: part.text('state'), made: part.text('made') })),
        tables: repetitionsOf(answer, 'table').map((part) => ({ name: part.text('name'), checked: part.number('checked'), changed: part.number('changed'), finished: part.text('finished') })),
      };
    },
    enabled,
  });

export const ROLES = ['resident', 'practitioner', 'system', 'regulator', 'operator'] as const;
export const OUTCOMES = ['0', '4', '8'] as const;

export type Filter = { role: string | undefined; outcome: string | undefined; since: string };

/** Requests, the latest first, 50 at a time. */
export function useEvents({ role, outcome, since }: Filter) {
  const query = new URLSearchParams({ date: `ge${since}`, _count: '50', ...(role ? { 'agent-role': role } : {}), ...(outcome ? { outcome } : {}) });
  return useInfiniteQuery({
    queryKey: ['audit-events', query.toString()],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`AuditEvent?${query.toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<AuditEvent>(page, 'AuditEvent')).map(accessOf),
    staleTime: 0,
  });
}
