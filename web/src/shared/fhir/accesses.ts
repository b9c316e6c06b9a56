import type { AuditEvent } from 'fhir/r4';

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
  /** Of the caller; absent for residents, who are not shown it. */
  address: string | undefined;
  /** HTTP status. */
  status: string | undefined;
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
    address: requestor?.network?.address,
    status: event.outcomeDesc?.replace('HTTP ', ''),
  };
}
