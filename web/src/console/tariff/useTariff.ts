import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';

/** What something costs; `level` and `institution` where it is not for all. Yuan as the platform wrote them. */
export type PriceItem = { code: string; name: string; unit: string; category: string; insurance: 'A' | 'B' | 'C'; ownPercent: number; price: string; per: number; from: string; to: string | undefined; level: string | undefined; institution: string | undefined };

/** A line of a list, and what it would do; `before` is what the same cost until then. */
export type CheckedLine = PriceItem & { number: number; effect: 'new' | 'ends' | 'same' | 'clash'; before: string | undefined };
export type Fault = { number: number; what: string };

const text = (parts: Parts, name: string) => parts.text(name) ?? '';
const CLASSES = ['A', 'B', 'C'] as const;
const EFFECTS = ['new', 'ends', 'same', 'clash'] as const;

const itemOf = (parts: Parts): PriceItem => ({
  code: text(parts, 'code'),
  name: text(parts, 'name'),
  unit: text(parts, 'unit'),
  category: text(parts, 'category'),
  insurance: CLASSES.find((one) => one === parts.text('class')) ?? 'C',
  ownPercent: parts.number('own-percent') ?? 0,
  price: text(parts, 'price'),
  per: parts.number('per') ?? 1,
  from: text(parts, 'from'),
  to: parts.text('to'),
  level: parts.text('level'),
  institution: parts.text('institution'),
});

/** The platform answers with no more. */
export const MOST = 200;

export const usePrices = (q: string, day: string) =>
  useQuery({
    queryKey: ['tariff', 'prices', q, day],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(`$price-items?${new URLSearchParams({ day, ...(q === '' ? {} : { q }) }).toString()}`, signal), 'item').map(itemOf),
  });

/** What a list would do, and which lines are wrong; nothing is taken. */
export const useCheck = () =>
  useMutation({
    mutationFn: async (list: string): Promise<{ lines: CheckedLine[]; faults: Fault[] }> => {
      const answer = await operate<Parameters>('$price-check', { list });
      return {
        lines: repetitionsOf(answer, 'line').map((parts) => ({ ...itemOf(parts), number: parts.number('number') ?? 0, effect: EFFECTS.find((one) => one === parts.text('effect')) ?? 'clash', before: parts.text('before') })),
        faults: repetitionsOf(answer, 'fault').map((parts) => ({ number: parts.number('number') ?? 0, what: text(parts, 'what') })),
      };
    },
  });

/** Calls an operation; what is shown is read anew. */
export function useAct(operation: '$price-load' | '$settlement-rule' | '$settlement-rule-step') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: Record<string, string>) => operate<Parameters>(operation, values),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tariff'] }),
  });
}

/** Of `rule`; amounts in fen, numbers for each level of institution or one for all (docs/guide/settlement.md). */
export type Rule = {
  id: string;
  payer: string;
  zh: string;
  en: string;
  schemes?: string[];
  settings?: string[];
  groups?: string[];
  base?: 'eligible' | 'own';
  deductible?: number | number[];
  per?: 'stay' | 'year';
  bands: { 'up-to'?: number; percent: number | number[] }[];
  points?: Record<string, number>;
  ceiling?: number;
  'own-at-most-percent'?: number;
};

export type RuleSet = { id: string; version: number; state: string; source: string; from: string; to: string | undefined; rules: Rule[]; spec: string; isOwn: boolean; isTried: boolean; made: string | undefined; decided: string | undefined; reason: string | undefined };

const ruleSetOf = (parts: Parts): RuleSet => {
  const spec = parts.text('spec') ?? '{}';
  return {
    id: text(parts, 'id'),
    version: parts.number('version') ?? 0,
    state: text(parts, 'state'),
    source: text(parts, 'source'),
    from: text(parts, 'from'),
    to: parts.text('to') || undefined,
    rules: (JSON.parse(spec) as { rules?: Rule[] }).rules ?? [],
    spec,
    isOwn: parts.flag('own') ?? false,
    isTried: parts.flag('tried') ?? false,
    made: parts.text('made'),
    decided: parts.text('decided'),
    reason: parts.text('reason'),
  };
};

export const nameOfSet = ({ id, version }: { id: string; version: number }) => `${id}/${version}`;

/** Drafts first, then what counts, the latest beginning first. */
const ORDER = ['draft', 'live', 'shipped', 'retired'];

export const useRuleSets = () =>
  useQuery({
    queryKey: ['tariff', 'rules'],
    queryFn: async ({ signal }) =>
      repetitionsOf(await get<Parameters>('$settlement-rules', signal), 'rules')
        .map(ruleSetOf)
        .sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || other.from.localeCompare(one.from) || other.version - one.version),
  });

export type Reckoning = { payer: string; what: string; base: string; percent: number; amount: string };
export type Split = { is: 'tried' | 'in-force'; rules: string; total: string; eligible: string; own: string; shares: { payer: string; name: string; amount: string }[]; reckonings: Reckoning[] };

/** Shares a bill that is made up, by a version and by what is in force. */
export function useTrial() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (values: Record<string, string | string[]>): Promise<Split[]> =>
      repetitionsOf(await operate<Parameters>('$settlement-trial', values), 'split').map((parts) => ({
        is: parts.text('is') === 'tried' ? 'tried' : 'in-force',
        rules: text(parts, 'rules'),
        total: text(parts, 'total'),
        eligible: text(parts, 'eligible'),
        own: text(parts, 'own'),
        shares: parts.parts('share').map((share) => ({ payer: text(share, 'payer'), name: text(share, 'name'), amount: text(share, 'amount') })),
        reckonings: parts.parts('reckoning').map((line) => ({ payer: text(line, 'payer'), what: text(line, 'what'), base: text(line, 'base'), percent: line.number('percent') ?? 0, amount: text(line, 'amount') })),
      })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tariff', 'rules'] }),
  });
}
