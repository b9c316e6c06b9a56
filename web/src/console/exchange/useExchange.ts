import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FhirResource, OperationOutcome, Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';

/** A stream of messages from one system, and how many of them wait (docs/guide/gateway.md). */
export type Feed = { name: string; version: number; institution: string; format: string; active: boolean; port: number; received: number; dead: number; parked: number; refused: number };

export const FORMATS = ['hl7v2', 'cda', 'table', 'fhir'] as const;

/** The settings stand in the answer as one JSON text, as they are set. */
function settingsOf(text: string | undefined): { institution?: string; format?: string; active?: boolean; port?: number } {
  try {
    return JSON.parse(text ?? '{}') as ReturnType<typeof settingsOf>;
  } catch {
    return {};
  }
}

export const useFeeds = () =>
  useQuery({
    queryKey: ['gateway-feeds'],
    queryFn: async ({ signal }): Promise<Feed[]> =>
      repetitionsOf(await get<Parameters>('$gateway-feeds', signal), 'feed').map((part) => {
        const settings = settingsOf(part.text('settings'));
        return {
          name: part.text('name') ?? '',
          version: part.number('version') ?? 1,
          institution: settings.institution ?? '',
          format: settings.format ?? 'hl7v2',
          active: settings.active ?? true,
          port: settings.port ?? 0,
          received: part.number('received') ?? 0,
          dead: part.number('dead') ?? 0,
          parked: part.number('parked') ?? 0,
          refused: part.number('refused') ?? 0,
        };
      }),
    refetchInterval: 15_000,
  });

export type Finding = { code: string; place: string | undefined; text: string };
export type Message = { id: string; feed: string; type: string; control: string; state: string; received: string | undefined; attempts: number; mapping: string | undefined; reason: string | undefined; code: string | undefined; made: string[]; findings: Finding[] };

export const STATES = ['open', 'dead', 'refused', 'parked', 'received', 'done', 'discarded'] as const;
export type Filter = { feed: string | undefined; state: string; type: string | undefined };

const AT_ONCE = 50;

/** Messages of the journal, the newest first. */
export function useMessages({ feed, state, type }: Filter) {
  const query = new URLSearchParams({ state, count: String(AT_ONCE), ...(feed ? { feed } : {}), ...(type ? { type } : {}) });
  return useInfiniteQuery({
    queryKey: ['gateway-messages', query.toString()],
    queryFn: async ({ pageParam, signal }): Promise<Message[]> => messagesOf(await get<Parameters>(`$gateway-messages?${query.toString()}${pageParam ? `&before=${pageParam}` : ''}`, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < AT_ONCE ? undefined : page.at(-1)?.id),
    select: ({ pages }) => pages.flat(),
    staleTime: 0,
  });
}

export function messagesOf(answer: Parameters): Message[] {
  return (answer.parameter ?? [])
    .filter(({ name }) => name === 'message')
    .map((parameter) => {
      const [part] = repetitionsOf({ resourceType: 'Parameters', parameter: [parameter] }, 'message');
      return {
        id: part?.text('id') ?? '',
        feed: part?.text('feed') ?? '',
        type: part?.text('type') ?? '',
        control: part?.text('control') ?? '',
        state: part?.text('state') ?? '',
        received: part?.text('received'),
        attempts: part?.number('attempts') ?? 0,
        mapping: part?.text('mapping'),
        reason: part?.text('reason'),
        code: part?.text('reason-code'),
        made: part?.texts('made') ?? [],
        findings: findingsOf(parameter.part ?? []),
      };
    });
}

const findingsOf = (parameter: NonNullable<Parameters['parameter']>): Finding[] =>
  repetitionsOf({ resourceType: 'Parameters', parameter }, 'finding').map((part) => ({ code: part.text('code') ?? '', place: part.text('place'), text: part.text('text') ?? '' }));

/** What a call did to each message it touched, and how many are left for another call. */
export type Replayed = { done: number; failed: number; rest: number; reason: string | undefined };

const useChange = <T>(change: (values: T) => Promise<Replayed>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['gateway-messages'] }), client.invalidateQueries({ queryKey: ['gateway-feeds'] })]),
  });
};

const replayed = (answer: Parameters): Replayed => {
  const messages = messagesOf(answer);
  return {
    done: messages.filter(({ state }) => state === 'done').length,
    failed: messages.filter(({ state }) => state !== 'done').length,
    rest: answer.parameter?.find(({ name }) => name === 'rest')?.valueInteger ?? 0,
    reason: messages.find(({ reason }) => reason !== undefined)?.reason,
  };
};

export const useReplay = () => useChange(async (values: Record<string, string>) => replayed(await operate<Parameters>('$gateway-replay', values)));

export const useDiscard = () =>
  useChange(async (id: string): Promise<Replayed> => {
    await operate<Parameters>('$gateway-discard', { id });
    return { done: 0, failed: 0, rest: 0, reason: undefined };
  });

/** What came, as text; absent when it is none (a spreadsheet). Speaks of a resident: for whoever may see records. */
export function useText(id: string, enabled: boolean) {
  return useQuery({
    queryKey: ['gateway-text', id],
    queryFn: async ({ signal }): Promise<{ text: string | undefined }> => {
      const answer = await get<Parameters>(`$gateway-message?id=${id}`, signal);
      return { text: textOf(bytesOf(answer.parameter?.find(({ name }) => name === 'content')?.valueBase64Binary ?? '')) };
    },
    enabled,
    staleTime: Infinity,
    gcTime: 0,
  });
}

export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** UTF-8 where it is, else GB18030, which older systems send; nothing for what is no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    try {
      return new TextDecoder('gb18030', { fatal: true }).decode(bytes);
    } catch {
      return undefined;
    }
  }
}

/** For the API: a text goes as UTF-8, and an XML declaration that names another encoding must not say so any longer. */
export function base64Of(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content.replace(/^(\s*<\?xml[^>]*encoding=["'])[^"']+/, '$1UTF-8')) : content;
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** `refuses`: the store would not take it. `quality`: a rule of data quality has something to say of it, and it would be taken all the same. */
export type Issue = { kind: 'refuses' | 'quality' | 'remark'; text: string; place: string | undefined };
export type Planned = { write: string; type: string; resource: FhirResource | undefined; issues: Issue[] };
export type Rehearsal = { type: string; mapping: string | undefined; resources: Planned[]; findings: Finding[] };

export function rehearsalOf(answer: Parameters): Rehearsal {
  const text = (name: string) => answer.parameter?.find((one) => one.name === name)?.valueString;
  return {
    type: text('type') ?? '',
    mapping: text('mapping'),
    resources: (answer.parameter ?? [])
      .filter(({ name }) => name === 'resource')
      .map(({ part = [] }) => {
        const named = (name: string) => part.find((one) => one.name === name);
        const resource = named('resource')?.resource;
        const outcome = named('outcome')?.resource as OperationOutcome | undefined;
        return {
          write: named('write')?.valueCode ?? '',
          type: resource?.resourceType ?? named('reference')?.valueString ?? '',
          resource,
          issues: (outcome?.issue ?? []).map((issue): Issue => ({ kind: issue.code === 'business-rule' ? 'quality' : issue.severity === 'error' || issue.severity === 'fatal' ? 'refuses' : 'remark', text: issue.details?.text ?? issue.diagnostics ?? issue.code, place: issue.expression?.[0] })),
        };
      }),
    findings: findingsOf(answer.parameter ?? []),
  };
}

export const useRehearsal = () =>
  useMutation({
    mutationFn: async ({ feed, content, file }: { feed: string; content: string | Uint8Array; file: string }) =>
      rehearsalOf(await operate<Parameters>('$gateway-rehearse', { feed, content: base64Of(content), ...(file.trim() === '' ? {} : { file }) })),
  });
