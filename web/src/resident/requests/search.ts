import { useQuery } from '@tanstack/react-query';
import type { Bundle, Composition, DiagnosticReport, DocumentReference, Organization, Parameters } from 'fhir/r4';
import { nextLink, repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { get, search } from '../../shared/fhir/client';
import { conceptText, idOf } from '../../shared/fhir/words';
import { hitOf, type What } from './care';
import { documentName } from './reports';

/** Something that was found, and where it leads. */
export type Found = { key: string; to: string; name: string; note: string | undefined; tag?: string | undefined };

/** So many of a kind: the rest is a page of its own. */
export const SHOWN = 5;

/** Where it is, without what its name says already. */
const note = (name: string, ...parts: (string | undefined)[]) => {
  const said = [...new Set(parts)].filter((part) => part !== undefined && part !== '' && !name.includes(part));
  return said.filter((part) => !said.some((other) => other !== part && other?.includes(part ?? ''))).join(' · ') || undefined;
};

export function useFoundCare(what: What, q: string) {
  return useQuery({
    queryKey: ['search', what, q],
    enabled: q !== '',
    queryFn: async ({ signal }): Promise<Found[]> => {
      const answer = await get<Parameters>(`$find-care?${new URLSearchParams({ what, q, _count: String(SHOWN) }).toString()}`, signal);
      return repetitionsOf(answer, 'hit')
        .map(hitOf)
        .map((hit) => {
          const at = note(hit.name, hit.institution, hit.department);
          const to =
            what === 'doctor'
              ? `/book/doctor/${idOf(hit.practitioner) ?? ''}?${new URLSearchParams({ name: hit.name, at: at ?? '' }).toString()}`
              : what === 'hospital'
                ? `/book/hospital/${idOf(hit.id) ?? ''}?${new URLSearchParams({ name: hit.name }).toString()}`
                : `/find?${new URLSearchParams({ what, q: hit.name }).toString()}`;
          return { key: hit.id, to, name: hit.name, note: what === 'hospital' ? hit.address : at, tag: hit.title };
        });
    },
  });
}

/** Departments, by a part of their name; doctors of one are one page further. */
export function useFoundDepartments(q: string) {
  return useQuery({
    queryKey: ['search', 'department', q],
    enabled: q !== '',
    queryFn: async ({ signal }): Promise<Found[]> => {
      const answer = await search('Organization', new URLSearchParams({ 'name:contains': q, type: 'dept', active: 'true', _count: String(SHOWN), _include: 'Organization:partof' }), signal);
      const all = resourcesOf<Organization>(answer, 'Organization');
      const names = new Map(all.map(({ id, name }) => [id, name]));
      const isDepartment = ({ type }: Organization) => (type ?? []).some(({ coding }) => coding?.some(({ code }) => code === 'dept'));
      return all.filter(isDepartment).map((one) => {
        const hospital = idOf(one.partOf?.reference);
        const of = one.partOf?.display ?? names.get(hospital);
        return { key: one.id ?? '', to: hospital ? `/book/hospital/${hospital}?${new URLSearchParams({ name: of ?? '' }).toString()}` : `/find?${new URLSearchParams({ q: one.name ?? '' }).toString()}`, name: one.name ?? '', note: note(one.name ?? '', of) };
      });
    },
  });
}

const NAMES = '200';
const ISSUED = 'final,amended,corrected,appended';

type Named = { key: string; to: string; name: string; date: string | undefined; by: string | undefined };

const ofReport = (one: DiagnosticReport): Named => ({ key: `r${one.id ?? ''}`, to: `/reports/${one.id ?? ''}`, name: conceptText(one.code) ?? '', date: one.effectiveDateTime ?? one.issued, by: one.performer?.[0]?.display });
const ofDocument = (one: DocumentReference | Composition): Named => ({
  key: `d${one.id ?? ''}`,
  to: `/documents/${one.resourceType}/${one.id ?? ''}`,
  name: documentName(one) ?? '',
  date: one.date,
  by: one.custodian?.display ?? one.author?.[0]?.display,
});

/**
 * The names of one's own reports and documents, read once: what one looks for is a part of a name, and somebody who types waits for
 * nothing. `more`: there are older ones, which the server is asked for.
 */
export function useOwnNames(patient: string, wanted: boolean) {
  return useQuery({
    queryKey: ['search', 'own', patient],
    enabled: wanted,
    queryFn: async ({ signal }) => {
      const of = (type: string, elements: string, more: Record<string, string> = {}) => get<Bundle>(`${type}?${new URLSearchParams({ patient, _sort: '-date', _count: NAMES, _elements: elements, ...more }).toString()}`, signal);
      const [reports, documents, notes] = await Promise.all([
        of('DiagnosticReport', 'code,status,effectiveDateTime,issued,performer', { status: ISSUED }),
        of('DocumentReference', 'description,type,date,custodian,author,content,status'),
        of('Composition', 'title,type,date,custodian,author,status', { status: 'final,amended' }),
      ]);
      return {
        names: [
          ...resourcesOf<DiagnosticReport>(reports, 'DiagnosticReport').map(ofReport),
          ...resourcesOf<DocumentReference>(documents, 'DocumentReference').map(ofDocument),
          ...resourcesOf<Composition>(notes, 'Composition').map(ofDocument),
        ].sort((a, b) => (b.date ?? '').localeCompare(a.date ?? '')),
        more: nextLink(reports) !== undefined,
      };
    },
  });
}

/** Older reports than those whose names were read, by the beginning of their name. */
export const useOlderReports = (patient: string, q: string, wanted: boolean) =>
  useQuery({
    queryKey: ['search', 'older', patient, q],
    enabled: wanted && q !== '',
    queryFn: async ({ signal }) =>
      resourcesOf<DiagnosticReport>(await search('DiagnosticReport', new URLSearchParams({ patient, status: ISSUED, 'code:text': q.replace(/[\\,|$]/g, '\\$&'), _sort: '-date', _count: String(SHOWN) }), signal), 'DiagnosticReport').map(ofReport),
  });
