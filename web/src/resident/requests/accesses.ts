import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEvent, Bundle } from 'fhir/r4';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get } from '../../shared/fhir/client';
import { accessOf, type Access } from '../../shared/fhir/accesses';
import { dayOf } from '../../shared/format/dates';

export type Whose = 'others' | 'refused' | 'all';

/** Everybody who is no resident: staff, systems of institutions, supervision, operation. */
const OTHERS = 'practitioner,system,regulator,operator';
const PAGE = 60;

/** @param since a FHIR date; absent for all time @param about requests that name this resource only */
export function useAccesses(patient: string, whose: Whose, since: string | undefined, agent?: { who: string; from: string; to: string }, about?: string) {
  const query = new URLSearchParams({ patient, _count: String(PAGE) });
  if (whose === 'others') query.set('agent-role', OTHERS);
  if (whose === 'refused') query.set('outcome', '4,8');
  if (agent) {
    query.set('agent', agent.who);
    query.append('date', `ge${agent.from}`);
    query.append('date', `le${agent.to}`);
  } else if (since) {
    query.set('date', `ge${since}`);
  }
  if (about) query.set('entity', about);
  return useInfiniteQuery({
    queryKey: ['accesses', query.toString()],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`AuditEvent?${query.toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    // What was done a moment ago is what someone comes here for.
    staleTime: 0,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<AuditEvent>(page, 'AuditEvent')).map(accessOf),
  });
}

/** What one person did in a row on one day: a look at a record is dozens of requests, and one line to its owner. */
export type Visit = { key: string; day: string; accesses: Access[] };

export function visitsOf(accesses: Access[]): Visit[] {
  const visits: (Visit & { who: string })[] = [];
  for (const access of accesses) {
    const day = dayOf(access.at) ?? '';
    const who = [access.role, access.account, access.practitioner, access.institution].join('|');
    const same = visits.find((visit) => visit.day === day && visit.who === who);
    if (same) same.accesses.push(access);
    else visits.push({ key: access.id, day, who, accesses: [access] });
  }
  return visits;
}
