import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AuditEvent, Bundle, Patient, Task } from 'fhir/r4';
import { accessOf, type Access } from '../../shared/fhir/accesses';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get, operate } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';

export const STATES = ['requested', 'approved', 'refused', 'closed'] as const;
export type State = (typeof STATES)[number];
export const GROUNDS = ['statutory-duty', 'public-health-emergency', 'complaint', 'insurance-fund'] as const;
export const CATEGORIES = ['HIV', 'PSY', 'GDIS', 'SEX'] as const;

/** A regulator's case about one resident, as its Task tells it (docs/guide/regulators.md). */
export type RegulatoryCase = {
  id: string;
  state: State;
  /** Accounts: who asked, and who decided. */
  asker: string;
  decider: string | undefined;
  pseudonym: string;
  ground: string | undefined;
  document: string | undefined;
  hours: number | undefined;
  categories: string[];
  reason: string | undefined;
  asked: string | undefined;
  start: string | undefined;
  end: string | undefined;
  /** When it was closed. */
  closed: string | undefined;
  /** Whom it is about: only as the one who asked sees it, and while it is approved. */
  patient: string | undefined;
  decided: string | undefined;
  closing: string | undefined;
};

export function caseOf(task: Task): RegulatoryCase {
  const inputs = (name: string) => (task.input ?? []).filter(({ type }) => type.coding?.[0]?.code === name);
  const code = task.businessStatus?.coding?.[0]?.code;
  const state = STATES.find((one) => one === code) ?? 'requested';
  const notes = (task.note ?? []).map(({ text }) => text);
  const decider = task.owner?.identifier?.value;
  return {
    id: task.id ?? '',
    state,
    asker: task.requester?.identifier?.value ?? '',
    decider,
    pseudonym: inputs('pseudonym')[0]?.valueString ?? '',
    ground: task.reasonCode?.coding?.[0]?.code,
    document: inputs('document')[0]?.valueString,
    hours: inputs('hours')[0]?.valuePositiveInt,
    categories: inputs('category').flatMap(({ valueCode }) => valueCode ?? []),
    reason: task.reasonCode?.text,
    asked: task.authoredOn,
    start: task.restriction?.period?.start,
    end: task.restriction?.period?.end,
    closed: state === 'closed' ? task.meta?.lastUpdated : undefined,
    patient: task.for?.reference,
    // What was withdrawn before anybody decided has the last word only.
    decided: decider === undefined ? undefined : notes[0],
    closing: state === 'closed' ? notes.at(-1) : undefined,
  };
}

/** Approved ones whose hours are over stay approved, and open nothing. */
export const isOver = ({ state, end }: RegulatoryCase, now: number): boolean => state === 'approved' && end !== undefined && Date.parse(end) <= now;

/** Cases, the latest first. */
export function useCases(state: State | undefined) {
  const query = new URLSearchParams({ _count: '50', ...(state ? { state } : {}) });
  return useInfiniteQuery({
    queryKey: ['cases', state],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`Task/$cases?${query.toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<Task>(page, 'Task')).map(caseOf),
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
}

/** As the platform makes them; a half-typed one is not asked for. */
export const isPseudonym = (typed: string): boolean => /^[0-9a-f]{3}[0-9a-z]{18}$/.test(typed);

/** What the pseudonymised data say of whom a pseudonym stands for. */
export function usePseudonym(pseudonym: string) {
  return useQuery({
    queryKey: ['pseudonym', pseudonym],
    queryFn: ({ signal }) => get<Patient>(`pseudonymised/Patient/${encodeURIComponent(pseudonym)}`, signal),
    enabled: isPseudonym(pseudonym),
    retry: false,
  });
}

/** Not of anybody's record: what stands open to regulators, and what runs the console. */
const NO_RECORDS = new Set(['Task', 'AuditEvent', 'Organization', 'Practitioner', 'Location', 'PractitionerRole']);

/**
 * What the one who asked looked at while the case was open, the first thing first. Whom it is about is known to that one
 * alone; others are shown all that the account looked at in that time.
 */
export function useOpened({ id, patient, asker, start, end, closed }: RegulatoryCase) {
  const until = [end, closed].filter((one) => one !== undefined).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  return useQuery({
    queryKey: ['opened', id, patient, until],
    queryFn: async ({ signal }): Promise<{ accesses: Access[]; partial: boolean }> => {
      const query = new URLSearchParams({ altid: asker, _count: '200', ...(patient ? { patient: idOf(patient) ?? '' } : {}) });
      query.append('date', `ge${start ?? ''}`);
      query.append('date', `le${until ?? ''}`);
      const bundle = await get<Bundle>(`AuditEvent?${query.toString()}`, signal);
      const accesses = resourcesOf<AuditEvent>(bundle, 'AuditEvent').map(accessOf);
      return { accesses: accesses.filter(({ type }) => type !== undefined && !NO_RECORDS.has(type)).reverse(), partial: nextLink(bundle) !== undefined };
    },
    enabled: start !== undefined && until !== undefined,
    staleTime: 0,
  });
}

export type Asking = { pseudonym: string; reason: string; ground: string; document: string; hours: number; categories: string[] };

/** Asks for a case, at the pseudonymised data, where nobody is named. */
export function useAsk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ pseudonym, categories, ...rest }: Asking) =>
      operate<Task>(`pseudonymised/Patient/${encodeURIComponent(pseudonym)}/$open-case`, { ...rest, ...(categories.length > 0 ? { category: categories.join(',') } : {}) }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['cases'] }),
  });
}

export type Step = { id: string; step: 'approve-case'; decision: 'approve' | 'refuse'; note: string } | { id: string; step: 'close-case'; note: string };

/** Takes a case a step on, and reads the list anew. */
export function useStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, step, ...texts }: Step) => operate<Task>(`Task/${encodeURIComponent(id)}/$${step}`, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ['cases'] }),
  });
}
