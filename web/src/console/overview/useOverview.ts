import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { CapabilityStatement, Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get, health, metric } from '../../shared/fhir/client';
import { runsPlatform, useRole } from '../useRole';
import { countsIn, loadsIn, withRates, type Load } from './figures';
import { linksIn } from './links';

/** How often the page asks again, in milliseconds. React Query stops while the page is hidden. */
const CALM = 5_000;
const BUSY = 2_000;

/** Current resources per type, most first. */
export function useCounts() {
  const { data: loads } = useLoads();
  const busy = loads?.some(({ state }) => state === 'running') ?? false;
  return useQuery({
    queryKey: ['statistics'],
    queryFn: async ({ signal }) => countsIn(repetitionsOf(await get<Parameters>('$statistics', signal), 'resources')),
    refetchInterval: busy ? BUSY : CALM,
  });
}

export function useLoads() {
  const client = useQueryClient();
  const runs = runsPlatform(useRole());
  return useQuery({
    enabled: runs,
    queryKey: ['loads'],
    queryFn: async ({ signal }) => {
      const loads = loadsIn(repetitionsOf(await get<Parameters>('$loads', signal), 'load'));
      return withRates(client.getQueryData<Load[]>(['loads']), loads);
    },
    refetchInterval: ({ state }) => (state.data?.some((load) => load.state === 'running') ? BUSY : CALM),
  });
}

/** Links are looked at once a minute or so. */
export function useLinks() {
  return useQuery({
    queryKey: ['link-health'],
    queryFn: async ({ signal }) => linksIn(await get<Parameters>('$link-health', signal)),
    refetchInterval: 15_000,
  });
}

export function useServer() {
  return useQuery({
    queryKey: ['metadata'],
    queryFn: ({ signal }) => get<CapabilityStatement>('metadata', signal),
    staleTime: 60_000,
  });
}

export function useHealth() {
  return useQuery({ queryKey: ['health'], queryFn: ({ signal }) => health(signal), refetchInterval: CALM, retry: false });
}

/** Seconds since the platform was started. */
export function useUptime() {
  return useQuery({ queryKey: ['uptime'], queryFn: async ({ signal }) => (await metric('process_uptime_seconds', signal)) ?? null, refetchInterval: 60_000 });
}
