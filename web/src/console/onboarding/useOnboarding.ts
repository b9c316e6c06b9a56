import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { partsOf, repetitionsOf, type Parts } from '../../shared/fhir/bundles';
import { bytes, get, operate } from '../../shared/fhir/client';
import { save } from '../../shared/save';

export const STATES = ['applied', 'testing', 'certified', 'live', 'suspended', 'withdrawn'] as const;
export type State = (typeof STATES)[number];
export const STEPS = ['amend', 'open-sandbox', 'certify', 'send-back', 'go-live', 'suspend', 'resume', 'withdraw'] as const;
export type StepName = (typeof STEPS)[number];
export const FILES = ['package.tgz', 'openapi.json', 'helan-send.sh', 'HelanSender.java'] as const;

export type Head = { id: string; state: State; name: string; changed: string | undefined };
export type Act = { step: string; at: string | undefined; by: string; role: string; reason: string };
/** A line of the check list; `text` is the server's sentence. */
export type Line = { key: string; text: string; proved: boolean; at: string | undefined; evidence: string | undefined; mapping: string | undefined; reason: string | undefined; findings: string[] };
export type Client = { system: string; sandbox: string; live: string };
export type Whole = Head & { application: string; acts: Act[]; lines: Line[]; may: StepName[]; clients: Client[] };

const head = (parts: Parts): Head => ({ id: parts.text('id') ?? '', state: STATES.find((state) => state === parts.text('state')) ?? 'applied', name: parts.text('name') ?? '', changed: parts.text('changed') });

export function wholeOf(answer: Parameters): Whole {
  const all = partsOf({ name: '', ...(answer.parameter ? { part: answer.parameter } : {}) });
  return {
    ...head(all),
    application: all.text('application') ?? '',
    clients: repetitionsOf(answer, 'client').map((client) => ({ system: client.text('system') ?? '', sandbox: client.text('sandbox') ?? '', live: client.text('live') ?? '' })),
    acts: repetitionsOf(answer, 'act').map((act) => ({ step: act.text('step') ?? '', at: act.text('at'), by: act.text('by') ?? '', role: act.text('role') ?? '', reason: act.text('reason') ?? '' })),
    lines: repetitionsOf(answer, 'line').map((line) => ({
      key: [line.text('code'), line.text('of'), line.text('what')].join('/'),
      text: line.text('text') ?? '',
      proved: line.flag('proved') ?? false,
      at: line.text('at'),
      evidence: line.text('message') ?? line.text('request'),
      mapping: line.text('mapping'),
      reason: line.text('reason'),
      findings: line.texts('finding'),
    })),
    may: all.texts('may').flatMap((code) => STEPS.filter((step) => step === code)),
  };
}

/** Applications, the last changed first. */
export function useOnboardings(state: State | undefined) {
  return useQuery({
    queryKey: ['onboardings', state],
    queryFn: async ({ signal }) => repetitionsOf(await get<Parameters>(state === undefined ? '$onboarding' : `$onboarding?state=${state}`, signal), 'onboarding').map(head),
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
}

/** All of one. While it is being tested, lines turn green as the sandbox receives. */
export function useOnboarding(id: string | undefined) {
  return useQuery({
    queryKey: ['onboarding', id],
    queryFn: async ({ signal }) => wholeOf(await get<Parameters>(`$onboarding?id=${encodeURIComponent(id ?? '')}`, signal)),
    enabled: id !== undefined,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === 'testing' ? 5_000 : false),
  });
}

export type StepAsked = { id: string; step: StepName; reason: string; application?: string; settings?: string };

export function useStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: StepAsked) => operate<Parameters>('$onboarding-step', asked as Record<string, string>),
    onSettled: (_answer, _error, { id }) => Promise.all([client.invalidateQueries({ queryKey: ['onboardings'] }), client.invalidateQueries({ queryKey: ['onboarding', id] })]),
  });
}

export function useApply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (asked: { application: string; reason: string }) => wholeOf(await operate<Parameters>('$onboarding-apply', asked)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['onboardings'] }),
  });
}

/** Hands a file of the kit to the browser's downloads. */
export function useDownload() {
  return useMutation({
    mutationFn: async (file: string) => save(await bytes(`$kit?file=${file}`), file),
  });
}
