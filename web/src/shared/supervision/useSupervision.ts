import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters, Reference } from 'fhir/r4';
import { nextOf, repetitionsOf, type Parts } from '../fhir/bundles';
import { get, operate } from '../fhir/client';

export type Count = { rule: string; title: string; today: number; yesterday: number; month: number; lastMonth: number };

export type Hit = {
  key: string;
  rule: string;
  title: string;
  sentence: string | undefined;
  source: string | undefined;
  version: string | undefined;
  at: string | undefined;
  evidence: string | undefined;
  encounter: string | undefined;
  institution: Reference | undefined;
  doctor: Reference | undefined;
  inCase: string | undefined;
  stopped: boolean;
  trial: boolean;
  cleared: boolean;
};

const hitOf = (part: Parts): Hit => ({
  key: part.text('key') ?? '',
  rule: part.text('rule') ?? '',
  title: part.text('title') ?? '',
  sentence: part.text('sentence'),
  source: part.text('source'),
  version: part.text('version'),
  at: part.text('at'),
  evidence: part.reference('evidence')?.reference,
  encounter: part.reference('encounter')?.reference,
  institution: part.reference('institution'),
  doctor: part.reference('doctor'),
  inCase: part.reference('case')?.reference,
  stopped: part.flag('stopped') ?? false,
  trial: part.flag('trial') ?? false,
  cleared: part.flag('cleared') ?? false,
});

const FRESH = { refetchInterval: 60_000 } as const;

export const useCounts = () =>
  useQuery({
    queryKey: ['supervision', 'figures'],
    queryFn: async ({ signal }): Promise<Count[]> =>
      repetitionsOf(await get<Parameters>('$supervision-figures', signal), 'figure').map((part) => ({
        rule: part.text('rule') ?? '',
        title: part.text('title') ?? '',
        today: part.number('today') ?? 0,
        yesterday: part.number('yesterday') ?? 0,
        month: part.number('month') ?? 0,
        lastMonth: part.number('last-month') ?? 0,
      })),
    ...FRESH,
  });

const valueOf = (answer: Parameters, name: string): string | undefined => {
  const found = answer.parameter?.find((one) => one.name === name);
  return found?.valueInstant ?? found?.valueDateTime ?? found?.valueCode ?? found?.valueString ?? found?.valueReference?.reference;
};

/** Whether a hit takes from the score: not on trial, of no act that was stopped, of no case that was withdrawn. */
export const counts = ({ trial, stopped, cleared }: Hit): boolean => !trial && !stopped && !cleared;

/** Hits, the newest first, 50 at a time. @param filter `from`: the first day */
export function useHits(filter: { rule?: string | undefined; institution?: string | undefined; from?: string }) {
  const query = new URLSearchParams({ _count: '50', ...(filter.rule ? { rule: filter.rule } : {}), ...(filter.institution ? { institution: filter.institution } : {}), ...(filter.from ? { from: filter.from } : {}) });
  return useInfiniteQuery({
    queryKey: ['supervision', 'hits', query.toString()],
    queryFn: ({ pageParam, signal }) => get<Parameters>(`$supervision-hits?${query.toString()}${pageParam ? `&after=${encodeURIComponent(pageParam)}` : ''}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    select: ({ pages }) => pages.flatMap((page) => repetitionsOf(page, 'hit').map(hitOf)),
    ...FRESH,
  });
}

export type Score = { institution: Reference | undefined; visits: number; score: number; taken: { rule: string; title: string; hits: number; lost: string }[] };
export type Formula = { start: number; per: number; least: number; most: number };

export const useScores = (month?: string) =>
  useQuery({
    queryKey: ['supervision', 'scores', month],
    queryFn: async ({ signal }): Promise<{ formula: Formula; scores: Score[] }> => {
      const answer = await get<Parameters>(`$supervision-scores${month ? `?month=${month}` : ''}`, signal);
      const formula = repetitionsOf(answer, 'formula')[0];
      return {
        formula: { start: formula?.number('start') ?? 0, per: formula?.number('per') ?? 0, least: formula?.number('least') ?? 0, most: formula?.number('most') ?? 0 },
        scores: repetitionsOf(answer, 'score')
          .map((part) => ({
            institution: part.reference('institution'),
            visits: part.number('visits') ?? 0,
            score: part.number('score') ?? 0,
            taken: part.parts('taken').map((taken) => ({ rule: taken.text('rule') ?? '', title: taken.text('title') ?? '', hits: taken.number('hits') ?? 0, lost: taken.text('lost') ?? '' })),
          }))
          .sort((one, other) => one.score - other.score),
      };
    },
    ...FRESH,
  });

/** Ratings by residents of a month; there is none for fewer than five. */
export type Satisfaction = { institution: Reference | undefined; care: 'online' | 'in-person'; count: number; mean: number; low: number };

export const useSatisfaction = (month?: string) =>
  useQuery({
    queryKey: ['supervision', 'satisfaction', month],
    queryFn: async ({ signal }): Promise<Satisfaction[]> =>
      repetitionsOf(await get<Parameters>(`$rating-figures${month ? `?month=${month}` : ''}`, signal), 'figure').map((part) => ({
        institution: part.reference('institution'),
        care: part.text('care') === 'online' ? 'online' : 'in-person',
        count: part.number('count') ?? 0,
        mean: part.number('mean') ?? 0,
        low: part.number('low') ?? 0,
      })),
    ...FRESH,
  });

export const STATES = ['warned', 'rectified', 'escalated', 'verified', 'penalised', 'withdrawn'] as const;
export type State = (typeof STATES)[number];
export const isOpen = (state: string): boolean => state === 'warned' || state === 'rectified' || state === 'escalated';

export type CaseLine = { task: string; state: State; institution: Reference | undefined; opened: string | undefined; deadline: string | undefined };

export const useCases = (state: State | undefined) =>
  useQuery({
    queryKey: ['supervision', 'cases', state],
    queryFn: async ({ signal }): Promise<CaseLine[]> =>
      repetitionsOf(await get<Parameters>(`$supervision-cases?_count=200${state ? `&state=${state}` : ''}`, signal), 'case').map((part) => ({
        task: part.reference('task')?.reference ?? '',
        state: (part.text('state') ?? 'warned') as State,
        institution: part.reference('institution'),
        opened: part.text('opened'),
        deadline: part.text('deadline'),
      })),
    ...FRESH,
  });

export type OneCase = { state: State; institution: Reference | undefined; opened: string | undefined; deadline: string | undefined; steps: string[]; evidence: string[]; answers: string[]; notes: { step: string; by: string; at: string | undefined; words: string }[]; hits: Hit[] };

const all = (answer: Parameters, name: string): string[] => (answer.parameter ?? []).filter((one) => one.name === name).flatMap((one) => one.valueCode ?? one.valueReference?.reference ?? []);

export const useCase = (task: string | undefined) =>
  useQuery({
    queryKey: ['supervision', 'case', task],
    queryFn: async ({ signal }): Promise<OneCase> => {
      const answer = await get<Parameters>(`${task ?? ''}/$supervision-case`, signal);
      return {
        state: (valueOf(answer, 'state') ?? 'warned') as State,
        institution: answer.parameter?.find(({ name }) => name === 'institution')?.valueReference,
        opened: valueOf(answer, 'opened'),
        deadline: valueOf(answer, 'deadline'),
        steps: all(answer, 'step'),
        evidence: all(answer, 'evidence'),
        answers: all(answer, 'answer'),
        notes: repetitionsOf(answer, 'note').map((part) => ({ step: part.text('step') ?? '', by: part.text('by') ?? '', at: part.text('at'), words: part.text('words') ?? '' })),
        hits: repetitionsOf(answer, 'hit').map(hitOf),
      };
    },
    enabled: task !== undefined,
  });

/** Anything that changes something; all of supervision is read anew afterwards. */
export function useAct<T extends Record<string, string | number | string[]>>(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: T) => operate<Parameters>(path, values),
    onSettled: () => client.invalidateQueries({ queryKey: ['supervision'] }),
  });
}

export type Rule = {
  rule: string;
  version: number;
  state: string;
  shipped: boolean;
  off: boolean;
  kind: string | undefined;
  blocks: boolean;
  points: number;
  title: string;
  says: string;
  source: string;
  spec: string;
  tried: { acts: number; fired: number } | undefined;
  reason: string | undefined;
};

export const useRules = () =>
  useQuery({
    queryKey: ['supervision', 'rules'],
    queryFn: async ({ signal }): Promise<Rule[]> =>
      repetitionsOf(await get<Parameters>('$supervision-rules', signal), 'rule').map((part) => ({
        rule: part.text('rule') ?? '',
        version: part.number('version') ?? 0,
        state: part.text('state') ?? '',
        shipped: part.flag('shipped') ?? false,
        off: part.flag('off') ?? false,
        kind: part.text('kind'),
        blocks: part.flag('blocks') ?? false,
        points: part.number('points') ?? 0,
        title: part.text('title') ?? part.text('rule') ?? '',
        says: part.text('says') ?? '',
        source: part.text('source') ?? '',
        spec: part.text('spec') ?? '',
        tried: triedOf(part.text('tried')),
        reason: part.text('reason'),
      })),
  });

function triedOf(text: string | undefined): { acts: number; fired: number } | undefined {
  if (text === undefined) return undefined;
  const found = JSON.parse(text) as { acts?: number; fired?: number };
  return { acts: found.acts ?? 0, fired: found.fired ?? 0 };
}

export const TYPES = ['version', 'signature', 'grant', 'request'] as const;
export type EventType = (typeof TYPES)[number];
export type ReplayEvent = {
  type: EventType;
  at: string | undefined;
  what: string | undefined;
  who: string | undefined;
  act: string | undefined;
  status: string | undefined;
  about: string | undefined;
  operation: string | undefined;
  role: string | undefined;
  place: string | undefined;
  proof: string | undefined;
  holds: boolean | undefined;
  /** As the evidence file has it. */
  line: string | undefined;
};

/** What happened, and the same as the signed file that it is part of: who checks what is shown needs no second look. */
export type Replay = { events: ReplayEvent[]; file: string };

function replayOf(answer: Parameters): Replay {
  const events = repetitionsOf(answer, 'event').map((part) => ({
    type: (part.text('type') ?? 'version') as EventType,
    at: part.text('at'),
    what: part.text('what'),
    who: part.text('who'),
    act: part.text('act'),
    status: part.text('status') ?? part.number('status')?.toString(),
    about: part.text('about'),
    operation: part.text('operation'),
    role: part.text('role'),
    place: part.text('place'),
    proof: part.text('proof'),
    holds: part.flag('holds'),
    line: part.text('line'),
  }));
  const seals = repetitionsOf(answer, 'seal').map((part) => part.text('line'));
  const lines = [...events.map(({ line }) => line), ...seals, valueOf(answer, 'manifest')];
  return { events, file: lines.map((line) => `${line ?? ''}\n`).join('') };
}

/** @param ground empty: nothing is asked yet */
export const useReplay = (id: string, ground: string) =>
  useQuery({
    queryKey: ['replay', id, ground],
    queryFn: async ({ signal }): Promise<Replay> => replayOf(await get<Parameters>(`Encounter/${encodeURIComponent(id)}/$replay?case=${encodeURIComponent(ground)}`, signal)),
    enabled: ground !== '',
    staleTime: Infinity, // Each look is noted in the resident's trace.
    refetchOnWindowFocus: false,
    retry: false,
  });
