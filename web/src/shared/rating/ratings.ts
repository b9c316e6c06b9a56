import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters, Reference } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { get, operate } from '../fhir/client';

export type Kind = 'visit' | 'parcel' | 'dispensing';
export const SCALE = [5, 4, 3, 2, 1] as const;
export const LONGEST = 300;

export type Rating = {
  about: string;
  kind: Kind;
  institution: Reference | undefined;
  at: string | undefined;
  /** Until when it may be changed. */
  until: string | undefined;
  overall: number;
  answers: Record<string, boolean>;
  words: string | undefined;
};

/** A thing that is over, or not yet; `may` while it may be rated, or its rating changed. */
export type Rated = { kind: Kind; institution: Reference | undefined; may: boolean; until: string | undefined; questions: { id: string; text: string }[]; rating: Rating | undefined };

const ratingOf = (parts: Parts): Rating => ({
  about: parts.reference('about')?.reference ?? '',
  kind: (parts.text('kind') ?? 'visit') as Kind,
  institution: parts.reference('institution'),
  at: parts.text('at'),
  until: parts.text('until'),
  overall: parts.number('overall') ?? 0,
  answers: Object.fromEntries(parts.parts('answer').map((answer) => [answer.text('id') ?? '', answer.flag('yes') ?? false])),
  words: parts.text('words'),
});

/** Those of a resident, the last given first. */
export const useOwnRatings = (patient: string) =>
  useQuery({
    queryKey: ['ratings', 'own', patient],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$ratings?patient=${encodeURIComponent(patient)}`, signal), 'rating').map(ratingOf),
    staleTime: 0,
  });

/** What may be said, or was said, of one thing. */
export const useRated = (about: string) =>
  useQuery({
    queryKey: ['ratings', 'of', about],
    queryFn: async ({ signal }): Promise<Rated> => {
      const answer = await get<Parameters>(`$ratings?about=${encodeURIComponent(about)}`, signal);
      const open = repetitionsOf(answer, 'open')[0];
      const rating = repetitionsOf(answer, 'rating')[0];
      return {
        kind: (open?.text('kind') ?? 'visit') as Kind,
        institution: open?.reference('institution'),
        may: open?.flag('may') ?? false,
        until: open?.text('until'),
        questions: (open?.parts('question') ?? []).map((question) => ({ id: question.text('id') ?? '', text: question.text('text') ?? '' })),
        rating: rating ? ratingOf(rating) : undefined,
      };
    },
    staleTime: 0,
  });

export function useRate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: Record<string, string>) => operate<Parameters>('$rate', values),
    onSettled: () => client.invalidateQueries({ queryKey: ['ratings'] }),
  });
}
