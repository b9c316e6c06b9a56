import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Bundle, Composition, DiagnosticReport, DocumentReference, Observation, Parameters } from 'fhir/r4';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { nextLink, repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get } from '../../shared/fhir/client';
import { observedAt, resultsOf, urgency, type Result } from '../../shared/fhir/observations';
import { conceptText, idOf } from '../../shared/fhir/words';
import { sheetOf, type Row } from '../../shared/record/flowSheet';

/** A report as it is read: with its results, what is off first. `off`: how many are outside their range. */
export type Report = { report: DiagnosticReport; observations: Observation[]; results: Result[]; off: number };

type Words = { yes: string; no: string };

function reportsIn(bundle: Bundle, words: Words): Report[] {
  const byId = new Map(resourcesOf<Observation>(bundle, 'Observation').map((observation) => [observation.id, observation]));
  return resourcesOf<DiagnosticReport>(bundle, 'DiagnosticReport').map((report) => {
    const observations = (report.result ?? []).flatMap(({ reference }) => byId.get(idOf(reference)) ?? []);
    const results = observations.flatMap((observation) => resultsOf(observation, words)).sort((a, b) => urgency(b) - urgency(a));
    return { report, observations, results, off: results.filter((result) => urgency(result) > 0).length };
  });
}

function useWords(): Words {
  const { t } = useTranslation('common');
  return useMemo(() => ({ yes: t('yes'), no: t('no') }), [t]);
}

/** What is issued: a preliminary result may still change, and its laboratory has not put its name to it. */
const ISSUED = 'final,amended,corrected,appended';

/** Reports, the latest first; a new one is there when one comes back to the page. */
export function useReports(patient: string) {
  const words = useWords();
  return useInfiniteQuery({
    queryKey: ['reports', patient],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => {
      const query = new URLSearchParams({ patient, status: ISSUED, _sort: '-date', _count: '15', _include: 'DiagnosticReport:result' });
      return pageParam === undefined ? get<Bundle>(`DiagnosticReport?${query.toString()}`, signal) : follow(pageParam, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => reportsIn(page, words)),
    refetchOnWindowFocus: true,
  });
}

const EARLIER = '200';

/** One report, with the earlier results of the same things as rows: what a line is drawn from. */
export function useReport(id: string) {
  const words = useWords();
  return useQuery({
    queryKey: ['report', id],
    queryFn: async ({ signal }): Promise<Report & { rows: ReadonlyMap<string, Row> }> => {
      const found = reportsIn(await get<Bundle>(`DiagnosticReport?_id=${encodeURIComponent(id)}&_include=DiagnosticReport:result`, signal), words)[0];
      // Not there, or not theirs: the answer of a read says which.
      if (!found) return { report: await get<DiagnosticReport>(`DiagnosticReport/${encodeURIComponent(id)}`, signal), observations: [], results: [], off: 0, rows: new Map() };
      const codes = [...new Set(found.observations.flatMap(({ code }) => code.coding?.flatMap(({ system, code: value }) => (value ? [`${system ?? ''}|${value}`] : [])).slice(0, 1) ?? []))];
      const patient = idOf(found.report.subject?.reference);
      if (codes.length === 0 || patient === undefined) return { ...found, rows: new Map() };
      const query = new URLSearchParams({ patient, code: codes.join(','), _sort: '-date', _count: EARLIER });
      const all = resourcesOf<Observation>(await get<Bundle>(`Observation?${query.toString()}`, signal), 'Observation');
      // A line ends with the report that is read, not with what came after it.
      const last = Math.max(...found.observations.map((observation) => Date.parse(observedAt(observation) ?? '')).filter((at) => !Number.isNaN(at)));
      const until = all.filter((observation) => !(Date.parse(observedAt(observation) ?? '') > last));
      return { ...found, rows: new Map(sheetOf(until.flatMap((observation) => resultsOf(observation, words)), 1).rows.map((row) => [row.key, row])) };
    },
  });
}

export type Document = DocumentReference | Composition;

export const documentName = (document: Document): string | undefined =>
  document.resourceType === 'Composition' ? document.title : (document.description ?? document.content[0]?.attachment.title ?? conceptText(document.type));

export const useDocument = (type: string, id: string) =>
  useQuery({
    queryKey: ['document', type, id],
    queryFn: ({ signal }) => get<Document>(`${type === 'Composition' ? 'Composition' : 'DocumentReference'}/${encodeURIComponent(id)}`, signal),
  });

/** Whether the version that is shown carries a signature that holds, and whose. */
export const useSigned = (resource: Document | DiagnosticReport | undefined) =>
  useQuery({
    queryKey: ['signed', resource?.resourceType, resource?.id, resource?.meta?.versionId],
    queryFn: async ({ signal }) => {
      const answer = await get<Parameters>(`${resource?.resourceType ?? ''}/${encodeURIComponent(resource?.id ?? '')}/$verify-signature?version=${resource?.meta?.versionId ?? ''}`, signal);
      const found = repetitionsOf(answer, 'signature');
      return { signed: found.length > 0, valid: answer.parameter?.find(({ name }) => name === 'valid')?.valueBoolean ?? false, when: found.at(-1)?.text('when') };
    },
    enabled: resource?.id !== undefined,
  });

/** The summary of the record for other doctors, elsewhere too: an International Patient Summary. */
export const useSummary = (patient: string) => useQuery({ queryKey: ['summary', patient], queryFn: ({ signal }) => get<Bundle>(`Patient/${encodeURIComponent(patient)}/$summary`, signal) });
