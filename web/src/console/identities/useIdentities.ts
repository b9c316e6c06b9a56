import { useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FhirResource, Parameters, ParametersParameter, Patient } from 'fhir/r4';
import { partsOf, repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';

/** What one field says. `weight`: log2 of how much likelier one person is by it. */
export type Evidence = { field: string; level: string; weight: number };

/** One of the two records of a pair; no `patient` where it is gone or not to be seen. */
export type Side = { id: string; patient: Patient | undefined };

export type Review = {
  id: string;
  state: string;
  reason: string;
  weight: number;
  opened: string | undefined;
  until: string | undefined;
  assignee: string | undefined;
  note: string | undefined;
  sides: [Side, Side];
};

export type Ruling = { says: string; kind: string; at: string | undefined; by: string | undefined; note: string | undefined };

/** Whether an identifier of a record (by its place) is a valid national number. */
export type NumberSaid = { of: string; index: number; valid: boolean; kind: string | undefined };

export type Comparison = { verdict: string | undefined; probability: number | undefined; evidence: Evidence[] };

export type Pair = Review & Comparison & { numbers: NumberSaid[]; ruling: Ruling | undefined; persons: { id: string; members: string[] }[] };

const id = (reference: string | undefined) => reference?.replace(/^Patient\//, '') ?? '';

const evidenceOf = (parts: Parts[]): Evidence[] => parts.map((one) => ({ field: one.text('field') ?? '', level: one.text('level') ?? '', weight: one.number('weight') ?? 0 }));

function sideOf(parameter: ParametersParameter, name: string): Side {
  const part = parameter.part?.find((one) => one.name === name);
  const patient = part?.resource?.resourceType === 'Patient' ? part.resource : undefined;
  return { id: patient?.id ?? id(part?.valueReference?.reference), patient };
}

function reviewOf(parameter: ParametersParameter): Review {
  const part = partsOf(parameter);
  return {
    id: part.text('review') ?? '',
    state: part.text('state') ?? '',
    reason: part.text('reason') ?? '',
    weight: part.number('weight') ?? 0,
    opened: part.text('opened'),
    until: part.text('until'),
    assignee: part.text('assignee'),
    note: part.text('note'),
    sides: [sideOf(parameter, 'patient'), sideOf(parameter, 'other')],
  };
}

export function pairOf(answer: Parameters): Pair | null {
  const parameter = answer.parameter?.find(({ name }) => name === 'review');
  if (!parameter) return null;
  const part = partsOf(parameter);
  const ruling = part.parts('ruling')[0];
  return {
    ...reviewOf(parameter),
    verdict: part.text('verdict'),
    probability: part.number('probability'),
    evidence: evidenceOf(part.parts('evidence')),
    numbers: part.parts('number').map((one) => ({ of: id(one.reference('of')?.reference), index: one.number('index') ?? 0, valid: one.flag('valid') ?? false, kind: one.text('kind') })),
    ruling: ruling && { says: ruling.text('says') ?? '', kind: ruling.text('kind') ?? '', at: ruling.text('at'), by: ruling.text('by'), note: ruling.text('note') },
    persons: (parameter.part ?? [])
      .filter(({ name }) => name === 'person')
      .map((one) => ({ id: partsOf(one).text('id') ?? '', members: (one.part ?? []).flatMap(({ name, valueReference }) => (name === 'member' ? [id(valueReference?.reference)] : [])) })),
  };
}

export type Wanted = { state: 'open' | 'all'; assignee: string };

/** What waits longest first, 20 at a time. */
export function useReviews({ state, assignee }: Wanted) {
  return useInfiniteQuery({
    queryKey: ['identities', 'reviews', state, assignee],
    queryFn: async ({ pageParam, signal }) => {
      const query = new URLSearchParams({ state, count: '20', ...(assignee ? { assignee } : {}), ...(pageParam ? { after: pageParam } : {}) });
      const answer = await get<Parameters>(`$link-reviews?${query.toString()}`, signal);
      const one = (name: string) => answer.parameter?.find((parameter) => parameter.name === name);
      return { reviews: (answer.parameter ?? []).filter(({ name }) => name === 'review').map(reviewOf), waiting: one('waiting')?.valueDecimal ?? 0, after: one('after')?.valueString };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ after }) => after,
    select: ({ pages }) => ({ reviews: pages.flatMap(({ reviews }) => reviews), waiting: pages[0]?.waiting ?? 0 }),
    staleTime: 0,
  });
}

export const usePair = (review: string) =>
  useQuery({ queryKey: ['identities', 'pair', review], queryFn: async ({ signal }) => pairOf(await get<Parameters>(`$link-review?review=${encodeURIComponent(review)}`, signal)), staleTime: 0 });

/** What a merge of two would do, asked of the platform itself; nothing is changed. */
export type Preview = Comparison & { wasOne: boolean; numbersDisagree: boolean };

const merging = (source: string, target: string) => ({ 'source-patient': `Patient/${source}`, 'target-patient': `Patient/${target}` });

export const usePreview = (source: string, target: string, enabled: boolean) =>
  useQuery({
    // Asked anew whenever it is shown, not when what it spoke of is done.
    queryKey: ['preview of identities', source, target],
    queryFn: async (): Promise<Preview> => {
      const part = partsOf({ name: '', part: (await operate<Parameters>('Patient/$merge', { ...merging(source, target), preview: 'true' })).parameter ?? [] });
      return {
        wasOne: part.flag('wasOne') ?? false,
        numbersDisagree: part.flag('numbersDisagree') ?? false,
        verdict: part.text('verdict'),
        probability: part.number('probability'),
        evidence: evidenceOf(part.parts('evidence')),
      };
    },
    enabled,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });

/** Changes of links, and what is read anew after them. */
function useChange<Values>(change: (values: Values) => Promise<FhirResource>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => client.invalidateQueries({ queryKey: ['identities'] }) });
}

export const useDecide = () => useChange((values: Record<string, string>) => operate<Parameters>('$link-decide', values));
export const useMerge = () => useChange(({ source, target, note }: { source: string; target: string; note: string }) => operate<Parameters>('Patient/$merge', { ...merging(source, target), note }));
export const useUnmerge = () => useChange(({ source, target, note }: { source: string; target: string; note: string }) => operate<Parameters>('Patient/$unmerge', { ...merging(source, target), note }));
export const useRebuild = () => useChange(() => operate<Parameters>('$rebuild-index', {}));

// ------------------------------------------------------------------ persons

export type Origin = { field: string; index: number; sources: string[] };
export type Person = { golden: Patient | undefined; rules: string | undefined; origins: Origin[]; members: Patient[] };

export const usePerson = (patient: string) =>
  useQuery({
    queryKey: ['identities', 'person', patient],
    queryFn: async ({ signal }): Promise<Person> => {
      const answer = await get<Parameters>(`Patient/${encodeURIComponent(patient)}/$person`, signal);
      const patients = (wanted: string) => (answer.parameter ?? []).flatMap(({ name, resource }) => (name === wanted && resource?.resourceType === 'Patient' ? [resource] : []));
      return {
        golden: patients('golden')[0],
        rules: answer.parameter?.find(({ name }) => name === 'rules')?.valueString,
        origins: (answer.parameter ?? [])
          .filter(({ name }) => name === 'origin')
          .map((one) => ({
            field: partsOf(one).text('field') ?? '',
            index: partsOf(one).number('index') ?? 0,
            sources: (one.part ?? []).flatMap(({ name, valueReference }) => (name === 'source' ? [id(valueReference?.reference)] : [])),
          })),
        members: patients('member'),
      };
    },
    staleTime: 0,
  });

export type Decision = {
  id: string;
  at: string | undefined;
  kind: string;
  reason: string;
  /** Whose history it stands in. */
  patient: string;
  /** Absent where the reader does not see the other record. */
  other: string | undefined;
  by: string | undefined;
  institution: string | undefined;
  note: string | undefined;
  model: string | undefined;
  evidence: Evidence[];
};

/** Decisions on each of several records, the newest first, and whether there are older ones that were not read. */
export function useHistories(patients: string[]) {
  const results = useQueries({
    queries: patients.map((patient) => ({
      queryKey: ['identities', 'history', patient],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const answer = await get<Parameters>(`Patient/${encodeURIComponent(patient)}/$link-history?count=200`, signal);
        const decisions = repetitionsOf(answer, 'decision').map(
          (part): Decision => ({
            id: part.text('id') ?? '',
            at: part.text('at'),
            kind: part.text('kind') ?? '',
            reason: part.text('reason') ?? '',
            patient,
            other: part.reference('other') && id(part.reference('other')?.reference),
            by: part.text('by'),
            institution: part.reference('institution')?.reference,
            note: part.text('note'),
            model: part.text('model'),
            evidence: evidenceOf(part.parts('evidence')),
          }),
        );
        return { decisions, partial: answer.parameter?.some(({ name }) => name === 'after') ?? false };
      },
      staleTime: 0,
    })),
  });
  const error = results.find((one) => one.error && !one.data)?.error;
  const seen = new Set<string>();
  const decisions = results.every(({ data }) => data !== undefined)
    ? results
        .flatMap(({ data }) => data?.decisions ?? [])
        // Each decision stands in the history of both of its records.
        .filter((one) => {
          const key = `${one.id}|${[one.patient, one.other ?? ''].sort().join('|')}`;
          return !seen.has(key) && seen.add(key);
        })
        .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '') || b.id.localeCompare(a.id))
    : undefined;
  return { decisions, error, partial: results.some(({ data }) => data?.partial), refetch: () => results.forEach((one) => void one.refetch()) };
}

// ------------------------------------------------------------------ the index

export type IndexState = {
  model: string | undefined;
  records: number;
  linked: number;
  persons: number;
  waiting: number;
  lag: number | undefined;
  ages: { day: number; week: number; month: number; oldest: string | undefined };
  walk: { stage: string; why: string | undefined; looked: number; asked: string | undefined; finished: string | undefined };
};

export const useIndex = () =>
  useQuery({
    queryKey: ['identities', 'index'],
    queryFn: async ({ signal }): Promise<IndexState> => {
      const all = partsOf({ name: '', part: (await get<Parameters>('$resident-index', signal)).parameter ?? [] });
      const walk = all.parts('walk')[0];
      const ages = all.parts('waitingFor')[0];
      return {
        model: all.text('model'),
        records: all.number('records') ?? 0,
        linked: all.number('linkedRecords') ?? 0,
        persons: all.number('persons') ?? 0,
        waiting: all.number('waiting') ?? 0,
        lag: all.number('lag'),
        ages: { day: ages?.number('day') ?? 0, week: ages?.number('week') ?? 0, month: ages?.number('month') ?? 0, oldest: ages?.text('oldest') },
        walk: { stage: walk?.text('stage') ?? 'done', why: walk?.text('why'), looked: walk?.number('looked') ?? 0, asked: walk?.text('asked'), finished: walk?.text('finished') },
      };
    },
    refetchInterval: ({ state }) => (state.data && state.data.walk.stage !== 'done' ? 2_000 : 30_000),
  });
