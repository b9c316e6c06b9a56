import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { file, get, operate } from '../../shared/fhir/client';
import { save } from '../../shared/save';

/** In the order in which the platform counts them. */
export const DIMENSIONS = ['completeness', 'validity', 'consistency', 'timeliness', 'uniqueness', 'references', 'plausibility', 'conformance'] as const;

/** A score and what it is made of. `institution`, `dataset` and `day` where it is told apart by them; no institution: records of none. */
export type Score = {
  institution: string | undefined;
  dataset: string | undefined;
  day: string | undefined;
  records: number;
  checks: number;
  failed: number;
  /** Percent; absent where nothing was checked. */
  score: number | undefined;
  opened: number;
  closed: number;
  dimensions: { dimension: string; checks: number; failed: number; score: number | undefined }[];
};

const scoreOf = (part: Parts): Score => ({
  institution: part.reference('institution')?.reference,
  dataset: part.text('dataset'),
  day: part.text('day'),
  records: part.number('records') ?? 0,
  checks: part.number('checks') ?? 0,
  failed: part.number('failed') ?? 0,
  score: part.number('score'),
  opened: part.number('opened') ?? 0,
  closed: part.number('closed') ?? 0,
  dimensions: part.parts('dimension').map((one) => ({ dimension: one.text('dimension') ?? '', checks: one.number('checks') ?? 0, failed: one.number('failed') ?? 0, score: one.number('score') })),
});

/** What is looked at. `institution` an id; days as `2026-11-26`. */
export type Scope = { institution: string | undefined; from: string; to: string };

function queryOf({ institution, from, to }: Scope, more: Record<string, string> = {}): string {
  return new URLSearchParams({ from, to, ...(institution ? { institution } : {}), ...more }).toString();
}

export const useScores = (scope: Scope, by: string) =>
  useQuery({
    queryKey: ['quality', 'score', scope, by],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$quality-score?${queryOf(scope, { by })}`, signal), 'score').map(scoreOf),
  });

export type RuleScore = { institution: string | undefined; rule: string; title: string; dimension: string; severity: string; dataset: string; open: number; checks: number; failed: number; score: number | undefined };

export const useOpen = (scope: Scope) =>
  useQuery({
    queryKey: ['quality', 'open', scope],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>(`$quality-open?${queryOf(scope)}`, signal), 'rule').map(
        (part): RuleScore => ({
          institution: part.reference('institution')?.reference,
          rule: part.text('rule') ?? '',
          title: part.text('title') ?? part.text('rule') ?? '',
          dimension: part.text('dimension') ?? '',
          severity: part.text('severity') ?? '',
          dataset: part.text('dataset') ?? '',
          open: part.number('open') ?? 0,
          checks: part.number('checks') ?? 0,
          failed: part.number('failed') ?? 0,
          score: part.number('score'),
        }),
      ),
  });

export type Finding = {
  id: string;
  rule: string;
  title: string;
  advice: string | undefined;
  dimension: string;
  severity: string;
  dataset: string;
  /** Absent where the reader may not see the record. */
  record: string | undefined;
  path: string | undefined;
  state: string;
  assignee: string | undefined;
  times: number;
  found: string | undefined;
  steps: { at: string | undefined; step: string; by: string | undefined; note: string | undefined }[];
};

const findingOf = (part: Parts): Finding => ({
  id: part.text('id') ?? '',
  rule: part.text('rule') ?? '',
  title: part.text('title') ?? part.text('rule') ?? '',
  advice: part.text('advice'),
  dimension: part.text('dimension') ?? '',
  severity: part.text('severity') ?? '',
  dataset: part.text('dataset') ?? '',
  record: part.reference('record')?.reference,
  path: part.text('path'),
  state: part.text('state') ?? '',
  assignee: part.text('assignee'),
  times: part.number('times') ?? 1,
  found: part.text('found'),
  steps: part.parts('step').map((step) => ({ at: step.text('at'), step: step.text('step') ?? '', by: step.text('by'), note: step.text('note') })),
});

/** `state` as the API takes it; empty for what is open. */
export type Wanted = { institution: string | undefined; state: string; rule: string | undefined };

const findingsQuery = ({ institution, state, rule }: Wanted) => new URLSearchParams({ ...(institution ? { institution } : {}), ...(state ? { state } : {}), ...(rule ? { rule } : {}) });

/** The newest first, 50 at a time. */
export function useFindings(wanted: Wanted, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['quality', 'findings', wanted],
    queryFn: async ({ pageParam, signal }) => {
      const query = findingsQuery(wanted);
      if (pageParam) query.set('after', pageParam);
      const answer = await get<Parameters>(`$quality-findings?${query.toString()}`, signal);
      return { findings: repetitionsOf(answer, 'finding').map(findingOf), after: answer.parameter?.find(({ name }) => name === 'after')?.valueString };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ after }) => after,
    select: ({ pages }) => pages.flatMap(({ findings }) => findings),
    enabled,
  });
}

export const useFinding = (id: string) =>
  useQuery({
    queryKey: ['quality', 'finding', id],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$quality-finding?finding=${encodeURIComponent(id)}`, signal), 'finding').map(findingOf)[0] ?? null,
  });

export function useStep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: { step: string; note?: string; assignee?: string }) => operate<Parameters>('$quality-step', { finding: id, ...values }),
    onSettled: () => client.invalidateQueries({ queryKey: ['quality'] }),
  });
}

/** Saves a file that the platform makes. */
export const saveFrom = async (path: string, name: string): Promise<void> => save(await file(path), name);

export const saveFindings = (wanted: Wanted) => {
  const query = findingsQuery(wanted);
  query.set('as', 'csv');
  return saveFrom(`$quality-findings?${query.toString()}`, `quality-findings-${wanted.institution ?? 'own'}.csv`);
};

export type Rule = { rule: string; version: number; state: string; dataset: string; dimension: string; severity: string; title: string; advice: string; source: string; shipped: boolean; spec: string };

export const useRules = () =>
  useQuery({
    queryKey: ['quality', 'rules'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$quality-rules?drafts=true', signal), 'rule').map(
        (part): Rule => ({
          rule: part.text('rule') ?? '',
          version: part.number('version') ?? 0,
          state: part.text('state') ?? '',
          dataset: part.text('dataset') ?? '',
          dimension: part.text('dimension') ?? '',
          severity: part.text('severity') ?? '',
          title: part.text('title') ?? '',
          advice: part.text('advice') ?? '',
          source: part.text('source') ?? '',
          shipped: part.flag('shipped') ?? false,
          spec: part.text('spec') ?? '',
        }),
      ),
  });

/** What a rule would find among the records written last. */
export type Trial = { records: number; passes: number; fails: number; notAsked: number; cannotTell: number };

export const trialOf = (answer: Parameters): Trial => {
  const number = (name: string) => answer.parameter?.find((one) => one.name === name)?.valueDecimal ?? 0;
  return { records: number('records'), passes: number('passes'), fails: number('fails'), notAsked: number('notAsked'), cannotTell: number('cannotTell') };
};

export type Run = { id: string; state: string; datasets: string; dataset: string | undefined; records: number; opened: number; closed: number; made: string | undefined; finished: string | undefined };

export const useRuns = () =>
  useQuery({
    queryKey: ['quality', 'runs'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$quality-runs?count=5', signal), 'run').map(
        (part): Run => ({
          id: part.text('id') ?? '',
          state: part.text('state') ?? '',
          datasets: part.text('datasets') ?? '',
          dataset: part.text('dataset'),
          records: part.number('records') ?? 0,
          opened: part.number('opened') ?? 0,
          closed: part.number('closed') ?? 0,
          made: part.text('made'),
          finished: part.text('finished'),
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.some(({ finished }) => finished === undefined) ? 2_000 : 60_000),
  });
