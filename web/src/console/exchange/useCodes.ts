import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Coding, Parameters, ParametersParameter } from 'fhir/r4';
import { get, operate } from '../../shared/fhir/client';

export const DECISIONS = ['unmapped', 'mapped', 'ignored'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What a feed sent and no map knew, and how often (docs/guide/terminology.md). */
export type LocalCode = { feed: string; system: string; code: string; display: string; seen: number; lastSeen: string | undefined; target: Coding | undefined };
export type Suggestion = { score: number; concept: Coding };

const COUNT = 50;

const named = (parameter: ParametersParameter, name: string) => parameter.part?.find((part) => part.name === name);

export function codesOf(answer: Parameters): LocalCode[] {
  return (answer.parameter ?? [])
    .filter(({ name }) => name === 'localCode')
    .map((one) => {
      const coding = named(one, 'code')?.valueCoding;
      return {
        feed: named(one, 'feed')?.valueString ?? '',
        system: coding?.system ?? '',
        code: coding?.code ?? '',
        display: coding?.display ?? '',
        seen: named(one, 'seen')?.valueDecimal ?? 0,
        lastSeen: named(one, 'lastSeen')?.valueInstant,
        target: named(one, 'target')?.valueCoding,
      };
    });
}

/** The most frequent first. */
export function useLocalCodes(feed: string | undefined, state: Decision) {
  return useInfiniteQuery({
    queryKey: ['local-codes', feed, state],
    queryFn: async ({ pageParam, signal }) => {
      const query = new URLSearchParams({ state, count: `${COUNT}`, offset: `${pageParam}`, ...(feed === undefined ? {} : { feed }) });
      return codesOf(await get<Parameters>(`ConceptMap/$local-codes?${query}`, signal));
    },
    initialPageParam: 0,
    getNextPageParam: (last, all) => (last.length < COUNT ? undefined : all.length * COUNT),
    staleTime: 0,
  });
}

/** What a code may mean in a value set, the likeliest first. */
export function useSuggestions({ feed, system, code }: LocalCode, target: string | undefined) {
  return useQuery({
    queryKey: ['suggestions', feed, system, code, target],
    queryFn: async ({ signal }): Promise<Suggestion[]> => {
      const query = new URLSearchParams({ feed, system, code, target: target ?? '', count: '6' });
      const answer = await get<Parameters>(`ConceptMap/$suggest?${query}`, signal);
      return (answer.parameter ?? []).filter(({ name }) => name === 'match').map((one) => ({ score: named(one, 'score')?.valueDecimal ?? 0, concept: named(one, 'concept')?.valueCoding ?? {} }));
    },
    enabled: target !== undefined,
    retry: false,
  });
}

export type Decided = { decision: 'map' | 'ignore' | 'reopen'; targetSystem?: string; targetCode?: string };

export function useDecide({ feed, system, code }: LocalCode) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (decided: Decided) => operate('ConceptMap/$map-local-code', { feed, system, code, ...decided } as Record<string, string>),
    onSuccess: () => client.invalidateQueries({ queryKey: ['local-codes'] }),
  });
}
