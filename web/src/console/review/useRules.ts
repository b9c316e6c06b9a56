import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { call, get, operate } from '../../shared/fhir/client';
import type words from '../../shared/i18n/zh/prescription.json';
import type { CommentCode, Severity } from '../../shared/prescription/prescriptions';

export type RuleState = keyof (typeof words)['rules']['states'];

export type Rule = {
  rule: string;
  version: number;
  state: RuleState;
  shipped: boolean;
  off: boolean;
  kind: string;
  severity: Severity | undefined;
  code: CommentCode | undefined;
  title: string;
  source: string;
  spec: string;
  /** What the last dry run found. */
  tried: { at: string; prescriptions: number; fired: string; unknown: number } | undefined;
  madeBy: string | undefined;
  made: string | undefined;
  decidedBy: string | undefined;
  decided: string | undefined;
  reason: string | undefined;
};

const ruleOf = (parts: Parts): Rule => {
  const tried = parts.text('tried');
  return {
    rule: parts.text('rule') ?? '',
    version: parts.number('version') ?? 0,
    state: (parts.text('state') ?? 'draft') as RuleState,
    shipped: parts.flag('shipped') ?? false,
    off: parts.flag('off') ?? false,
    kind: parts.text('kind') ?? '',
    severity: parts.text('severity') as Severity | undefined,
    code: parts.text('code') as CommentCode | undefined,
    title: parts.text('title') ?? '',
    source: parts.text('source') ?? '',
    spec: parts.text('spec') ?? '{}',
    tried: tried === undefined ? undefined : (JSON.parse(tried) as NonNullable<Rule['tried']>),
    madeBy: parts.text('madeBy'),
    made: parts.text('made'),
    decidedBy: parts.text('decidedBy'),
    decided: parts.text('decided'),
    reason: parts.text('reason'),
  };
};

export const useRules = () => useQuery({ queryKey: ['review-rules'], queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>('$review-rules', signal), 'rule').map(ruleOf) });

const firstRule = (answer: Parameters): Rule | undefined => repetitionsOf(answer, 'rule').map(ruleOf)[0];

/** Keeps a draft; the cases are run before. */
export function useDraft() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (spec: string) => firstRule(await operate<Parameters>('$review-rule', { spec })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['review-rules'] }),
  });
}

export type Trial = { prescriptions: number; fired: string; unknown: number };

/** A dry run: of a version, or of what is being written. */
export function useTrial() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (asked: { spec?: string; rule?: string; version?: number; since: string; most: string }): Promise<Trial> => {
      const { spec, rule, version, since, most } = asked;
      const answer = await operate<Parameters>('$review-rule-try', { ...(spec === undefined ? { rule: rule ?? '', version: String(version ?? 0) } : { spec }), ...(since ? { since } : {}), ...(most ? { most } : {}) });
      const result = repetitionsOf(answer, 'result')[0];
      return { prescriptions: result?.number('prescriptions') ?? 0, fired: result?.text('fired') ?? '0', unknown: result?.number('unknown') ?? 0 };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['review-rules'] }),
  });
}

export type RuleStep = 'try' | 'go-live' | 'retire';

export function useRuleStep({ rule, version }: Rule) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, reason }: { step: RuleStep; reason: string }) => operate<Parameters>('$review-rule-step', { rule, version: String(version), step, reason }),
    onSettled: () => client.invalidateQueries({ queryKey: ['review-rules'] }),
  });
}

// ---- knowledge

export type BaseState = keyof (typeof words)['knowledge']['states'];
export type Loaded = { base: string; version: string; state: BaseState; made: string | undefined; madeBy: string | undefined; decidedBy: string | undefined; reason: string | undefined };

export const useKnowledge = () =>
  useQuery({
    queryKey: ['drug-knowledge'],
    queryFn: async ({ signal }) => {
      const answer = await get<Parameters>('$drug-knowledge', signal);
      const [force] = repetitionsOf(answer, 'inForce');
      return {
        inForce: { title: force?.text('title') ?? '', version: force?.text('version') ?? '', source: force?.text('source') ?? '', licence: force?.text('licence') ?? '', verified: force?.flag('verified') ?? false, drugs: force?.number('drugs') ?? 0, interactions: force?.number('interactions') ?? 0 },
        loaded: repetitionsOf(answer, 'loaded').map((one): Loaded => ({ base: one.text('base') ?? '', version: one.text('version') ?? '', state: (one.text('state') ?? 'draft') as BaseState, made: one.text('made'), madeBy: one.text('madeBy'), decidedBy: one.text('decidedBy'), reason: one.text('reason') })),
      };
    },
  });

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function useLoad() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) => {
      const answer = await call('$drug-knowledge-load', [{ name: 'file', valueAttachment: { contentType: 'application/json', data: await base64(file) } }]);
      const [loaded] = repetitionsOf(answer, 'loaded');
      return { drugs: loaded?.number('drugs') ?? 0, interactions: loaded?.number('interactions') ?? 0 };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['drug-knowledge'] }),
  });
}

export function useBaseStep({ base, version }: Loaded) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, reason }: { step: 'go-live' | 'retire'; reason: string }) => operate<Parameters>('$drug-knowledge-step', { base, version, step, reason }),
    onSettled: () => client.invalidateQueries({ queryKey: ['drug-knowledge'] }),
  });
}
