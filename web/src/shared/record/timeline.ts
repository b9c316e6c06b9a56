import type { Bundle, Composition, Condition, DiagnosticReport, DocumentReference, Encounter, Immunization, MedicationRequest, Observation, Procedure } from 'fhir/r4';
import { nextLink } from '../fhir/bundles';
import { observedAt } from '../fhir/observations';
import { dayOf, startOf } from '../format/dates';

/**
 * One resident's record as one list, newest first, from as many searches as there are kinds. Each search is sorted by the
 * server and read page by page; what is shown ends at the moment down to which every search has been read, so that nothing
 * appears later between two days that somebody has already seen.
 */
export const KINDS = ['encounter', 'condition', 'medication', 'result', 'procedure', 'immunization', 'report', 'document'] as const;
export type Kind = (typeof KINDS)[number];

export type Dated = Encounter | Condition | MedicationRequest | Observation | Procedure | Immunization | DiagnosticReport | DocumentReference | Composition;

type Source = { kind: Kind; type: Dated['resourceType']; sort: string; count: number; include?: string };

export const SOURCES: readonly Source[] = [
  { kind: 'encounter', type: 'Encounter', sort: '-date', count: 40 },
  { kind: 'condition', type: 'Condition', sort: '-recorded-date', count: 40 },
  { kind: 'medication', type: 'MedicationRequest', sort: '-authoredon', count: 40, include: 'MedicationRequest:medication' },
  { kind: 'result', type: 'Observation', sort: '-date', count: 100 },
  { kind: 'procedure', type: 'Procedure', sort: '-date', count: 40 },
  { kind: 'immunization', type: 'Immunization', sort: '-date', count: 40 },
  { kind: 'report', type: 'DiagnosticReport', sort: '-date', count: 40 },
  { kind: 'document', type: 'DocumentReference', sort: '-date', count: 40 },
  { kind: 'document', type: 'Composition', sort: '-date', count: 40 },
];

export function firstPage(source: Source, patient: string): string {
  const parameters = new URLSearchParams({ patient, _sort: source.sort, _count: String(source.count) });
  if (source.include) parameters.set('_include', source.include);
  return `${source.type}?${parameters.toString()}`;
}

/** How far a source has been read. `reached`: the earliest moment seen, in milliseconds. `next` absent: to its end. */
export type Cursor = { source: Source; next: string | undefined; reached: number };

export type Entry = { kind: Kind; key: string; date: string | undefined; at: number; resource: Dated };

export function dateOf(resource: Dated): string | undefined {
  switch (resource.resourceType) {
    case 'Encounter':
      return resource.period?.start;
    case 'Condition':
      return resource.recordedDate ?? resource.onsetDateTime ?? resource.onsetPeriod?.start;
    case 'MedicationRequest':
      return resource.authoredOn;
    case 'Observation':
      return observedAt(resource);
    case 'Procedure':
      return resource.performedDateTime ?? resource.performedPeriod?.start;
    case 'Immunization':
      return resource.occurrenceDateTime;
    case 'DiagnosticReport':
      return resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.issued;
    case 'DocumentReference':
    case 'Composition':
      return resource.date;
  }
}

/** Entered in error is no part of a person's story; it stays in the resource's history. */
function isError(resource: Dated): boolean {
  if (resource.resourceType === 'Condition') return resource.verificationStatus?.coding?.some(({ code }) => code === 'entered-in-error') ?? false;
  return resource.status === 'entered-in-error';
}

/** The entries of one page of a source, and where that leaves its cursor. */
export function readPage(source: Source, bundle: Bundle): { entries: Entry[]; cursor: Cursor } {
  const entries: Entry[] = [];
  let reached = Number.POSITIVE_INFINITY;
  for (const { resource } of bundle.entry ?? []) {
    if (resource?.resourceType !== source.type) continue;
    const dated = resource as Dated;
    const date = dateOf(dated);
    const at = date === undefined ? Number.NaN : startOf(date);
    if (at < reached) reached = at;
    if (!isError(dated)) entries.push({ kind: source.kind, key: `${source.type}/${dated.id}`, date, at, resource: dated });
  }
  return { entries, cursor: { source, next: nextLink(bundle), reached } };
}

/** The moment down to which everything is known: the latest one at which an unfinished source stands. */
export function knownDownTo(cursors: Cursor[]): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...cursors.filter(({ next }) => next !== undefined).map(({ reached }) => reached));
}

/** The sources that hold the rest back, to be read next. */
export function holdingBack(cursors: Cursor[]): Cursor[] {
  const known = knownDownTo(cursors);
  return cursors.filter(({ next, reached }) => next !== undefined && reached >= known);
}

export type Day = { day: string | undefined; entries: Entry[] };

const ORDER = Object.fromEntries(KINDS.map((kind, index) => [kind, index])) as Record<Kind, number>;

/** Entries that are known to be complete, by day, newest first; what has no date comes last, when all has been read. */
export function daysOf(entries: Entry[], cursors: Cursor[]): Day[] {
  const known = knownDownTo(cursors);
  const complete = known === Number.NEGATIVE_INFINITY;
  const days = new Map<string | undefined, Entry[]>();
  const seen = new Set<string>();
  for (const entry of entries) {
    if (seen.has(entry.key) || (Number.isNaN(entry.at) ? !complete : entry.at < known)) continue;
    seen.add(entry.key);
    const day = dayOf(entry.date);
    const list = days.get(day);
    if (list) list.push(entry);
    else days.set(day, [entry]);
  }
  return [...days]
    .map(([day, list]) => ({ day, entries: list.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.at - b.at) }))
    .sort((a, b) => (b.day ?? '').localeCompare(a.day ?? ''));
}
