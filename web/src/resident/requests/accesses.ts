import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEvent, Bundle } from 'fhir/r4';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get } from '../../shared/fhir/client';
import { dayOf } from '../../shared/format/dates';

/** One request that touched the record, in the words of its AuditEvent (docs/guide/audit.md). */
export type Access = {
  id: string;
  at: string;
  /** `resident`, `practitioner`, `system`, `regulator`, `operator`; absent when nobody had signed in. */
  role: string | undefined;
  account: string | undefined;
  practitioner: string | undefined;
  institution: string | undefined;
  purposes: string[];
  interaction: string;
  type: string | undefined;
  operation: string | undefined;
  count: number;
  refused: boolean;
  failed: boolean;
};

export function accessOf(event: AuditEvent): Access {
  const requestor = event.agent.find((agent) => agent.requestor) ?? event.agent[0];
  const who = event.agent.map((agent) => agent.who?.reference);
  const detail = (name: string) => event.entity?.flatMap((entity) => entity.detail ?? []).find(({ type }) => type === name)?.valueString;
  return {
    id: event.id ?? '',
    at: event.recorded,
    role: requestor?.role?.[0]?.coding?.[0]?.code,
    account: requestor?.altId,
    practitioner: who.find((reference) => reference?.startsWith('Practitioner/')),
    institution: who.find((reference) => reference?.startsWith('Organization/')),
    purposes: (event.purposeOfEvent ?? []).flatMap(({ coding }) => coding?.[0]?.code ?? []),
    interaction: event.subtype?.[0]?.code ?? 'other',
    type: detail('type'),
    operation: detail('operation'),
    count: Number(detail('count') ?? 0),
    refused: event.outcome === '4',
    failed: event.outcome === '8' || event.outcome === '12',
  };
}

export type Whose = 'others' | 'refused' | 'all';

/** Everybody who is no resident: staff, systems of institutions, supervision, operation. */
const OTHERS = 'practitioner,system,regulator,operator';
const PAGE = 60;

/** @param since a FHIR date; absent for all time */
export function useAccesses(patient: string, whose: Whose, since: string | undefined, agent?: { who: string; from: string; to: string }) {
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
