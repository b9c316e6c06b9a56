import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Parameters, ParametersParameter, Reference } from 'fhir/r4';
import { nextOf } from '../fhir/bundles';
import { get, operate } from '../fhir/client';
import { idOf } from '../fhir/words';

export const COMPLAINT_STATES = ['open', 'answered', 'escalated', 'accepted', 'upheld', 'dismissed', 'withdrawn'] as const;
export type ComplaintState = (typeof COMPLAINT_STATES)[number];
export const isUnderWay = (state: ComplaintState): boolean => state === 'open' || state === 'answered' || state === 'escalated';

export type Kind = 'visit' | 'prescription' | 'parcel' | 'bill';
export type Step = 'answer' | 'accept' | 'object' | 'send-back' | 'uphold' | 'dismiss' | 'withdraw';
/** Words are absent for regulators before the complaint has come to them. */
export type Note = { step: string; by: 'resident' | 'institution' | 'regulator' | 'platform'; at: string | undefined; words: string | undefined };

export type Complaint = {
  id: string;
  state: ComplaintState;
  kind: Kind;
  institution: Reference | undefined;
  about: string | undefined;
  /** For the institution alone. */
  patient: Reference | undefined;
  opened: string | undefined;
  /** Until when the institution answers; until when the resident may object. */
  deadline: string | undefined;
  closes: string | undefined;
  steps: Step[];
  notes: Note[];
};

/** The shortest text that the server takes. */
export const SHORTEST = 4;
export const LONGEST = 1000;

const valued = (parts: ParametersParameter[], name: string) => parts.find((one) => one.name === name);
const textOf = (parts: ParametersParameter[], name: string): string | undefined => {
  const one = valued(parts, name);
  return one?.valueCode ?? one?.valueString ?? one?.valueDateTime ?? one?.valueInstant;
};

function complaintOf(parts: ParametersParameter[]): Complaint {
  return {
    id: idOf(valued(parts, 'task')?.valueReference?.reference) ?? '',
    state: (textOf(parts, 'state') ?? 'open') as ComplaintState,
    kind: (textOf(parts, 'kind') ?? 'visit') as Kind,
    institution: valued(parts, 'institution')?.valueReference,
    about: valued(parts, 'about')?.valueReference?.reference,
    patient: valued(parts, 'patient')?.valueReference,
    opened: textOf(parts, 'opened'),
    deadline: textOf(parts, 'deadline'),
    closes: textOf(parts, 'closes'),
    steps: parts.filter(({ name }) => name === 'step').map(({ valueCode }) => valueCode as Step),
    notes: parts.filter(({ name }) => name === 'note').map(({ part = [] }) => ({ step: textOf(part, 'step') ?? '', by: (textOf(part, 'by') ?? 'platform') as Note['by'], at: textOf(part, 'at'), words: textOf(part, 'words') })),
  };
}

const complaintsIn = (answer: Parameters): Complaint[] => (answer.parameter ?? []).filter(({ name }) => name === 'complaint').map(({ part = [] }) => complaintOf(part));

const FRESH = { refetchInterval: 60_000 } as const;

/** Those of a resident, the last made first. */
export const useOwnComplaints = (patient: string) =>
  useQuery({
    queryKey: ['complaints', 'own', patient],
    queryFn: async ({ signal }) => complaintsIn(await get<Parameters>(`$complaints?patient=${encodeURIComponent(patient)}`, signal)),
    staleTime: 0,
  });

/** Those that the reader answers for, or decides; the last made first, 50 at a time. */
export function useComplaints(state: ComplaintState | undefined) {
  const query = `_count=50${state ? `&state=${state}` : ''}`;
  return useInfiniteQuery({
    queryKey: ['complaints', 'list', query],
    queryFn: ({ pageParam, signal }) => get<Parameters>(`$complaints?${query}${pageParam ? `&after=${encodeURIComponent(pageParam)}` : ''}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    select: ({ pages }) => pages.flatMap(complaintsIn),
    ...FRESH,
  });
}

export const useComplaint = (id: string) =>
  useQuery({
    queryKey: ['complaints', 'one', id],
    queryFn: async ({ signal }) => complaintOf((await get<Parameters>(`Task/${encodeURIComponent(id)}/$complaint`, signal)).parameter ?? []),
    staleTime: 0,
  });

export function useComplain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (values: { about: string; words: string }) => complaintOf((await operate<Parameters>('$complain', values)).parameter ?? []),
    onSettled: () => client.invalidateQueries({ queryKey: ['complaints'] }),
  });
}

export function useComplaintStep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: { step: Step; words: string }) => operate<Parameters>(`Task/${encodeURIComponent(id)}/$complaint-step`, values),
    onSettled: () => client.invalidateQueries({ queryKey: ['complaints'] }),
  });
}
