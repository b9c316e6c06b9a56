import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Composition, Condition, Consent, Encounter, Parameters, PractitionerRole, ServiceRequest } from 'fhir/r4';
import { repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { call, get } from '../../shared/fhir/client';
import { conceptText, idOf } from '../../shared/fhir/words';
import { pathOf, visitsIn } from '../../shared/visit/visits';

const KEY = ['online-visits'];
const ICD_10 = /icd-10|2\.16\.156\.10011\.2\.3\.3\.11/;

/** Visits of the account and of those it acts for, the last first. */
export const useOnlineVisits = () => useQuery({ queryKey: KEY, queryFn: async ({ signal }) => visitsIn(await get<Parameters>('$visits', signal)), staleTime: 0 });

/** `fee` in yuan; 0 for nothing. */
export type Doctor = { id: string; name: string; title: string | undefined; department: string | undefined; institution: string | undefined; fee: number };

const FEE = 'https://helan.health/fhir/StructureDefinition/online-visit-fee';

/** What a visit with each costs, in yuan. */
async function feesOf(roles: string[], signal: AbortSignal): Promise<Map<string, number>> {
  if (roles.length === 0) return new Map();
  const found = await get<Bundle>(`PractitionerRole?_id=${roles.map(encodeURIComponent).join(',')}&_count=${roles.length}`, signal);
  return new Map(resourcesOf<PractitionerRole>(found, 'PractitionerRole').map(({ id, extension }) => [id ?? '', extension?.find(({ url }) => url === FEE)?.valueMoney?.value ?? 0]));
}

/** Doctors who may see people on line now. */
export const useOnlineDoctors = (words: string) =>
  useQuery({
    queryKey: ['online-doctors', words],
    queryFn: async ({ signal }): Promise<Doctor[]> => {
      const query = new URLSearchParams({ what: 'doctor', online: 'true', _count: '30', ...(words ? { q: words } : {}) });
      const hits = repetitionsOf(await get<Parameters>(`$find-care?${query.toString()}`, signal), 'hit').map((hit) => ({ hit, id: idOf(hit.reference('resource')?.reference) ?? '' }));
      const fees = await feesOf(hits.map(({ id }) => id), signal);
      return hits.map(({ hit, id }) => ({
        id,
        name: hit.text('name') ?? '',
        title: hit.text('title'),
        department: hit.text('department'),
        institution: hit.reference('institution')?.display,
        fee: fees.get(id) ?? 0,
      }));
    },
  });

/** A diagnosis of an earlier visit, which shows that this is none for the first time. */
export type Proof = { reference: string; name: string; day: string | undefined };

const UNCERTAIN = new Set(['unconfirmed', 'provisional', 'differential', 'refuted', 'entered-in-error']);

export const useProofs = (patient: string) =>
  useQuery({
    queryKey: ['online-proofs', patient],
    queryFn: async ({ signal }): Promise<Proof[]> => {
      const query = new URLSearchParams({ patient, _sort: '-recorded-date', _count: '100' });
      return resourcesOf<Condition>(await get<Bundle>(`Condition?${query.toString()}`, signal), 'Condition').flatMap((condition) => {
        const isCoded = condition.code?.coding?.some(({ system, code }) => ICD_10.test(system ?? '') && code) ?? false;
        const isUncertain = condition.verificationStatus?.coding?.some(({ code }) => UNCERTAIN.has(code ?? '')) ?? false;
        const day = condition.recordedDate ?? condition.onsetDateTime;
        return isCoded && !isUncertain && day ? [{ reference: `Condition/${condition.id ?? ''}`, name: conceptText(condition.code) ?? '', day }] : [];
      });
    },
  });

export function useApply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ask: { patient: string; doctor: string; proof: string; complaint: string }) =>
      call<Encounter>(
        'Encounter/$apply',
        Object.entries(ask).map(([name, valueString]) => ({ name, valueString })),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

/** The words that are signed: they lie in the consent itself. */
export const useConsentWords = (reference: string | undefined) =>
  useQuery({
    queryKey: ['online-consent', reference],
    enabled: reference !== undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const data = (await get<Consent>(reference ?? '', signal)).sourceAttachment?.data ?? '';
      return new TextDecoder().decode(Uint8Array.from(atob(data), (one) => one.charCodeAt(0)));
    },
  });

/** Signs the consent and asks for the visit with it. What was signed before stays signed when the second fails. */
export function useAgree(visit: string, consent: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await call(`${consent ?? ''}/$sign`, []);
      await call<Encounter>(pathOf(visit, 'confirm'), []);
    },
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useWithdraw(visit: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<Encounter>(pathOf(visit, 'withdraw'), []),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

/** A section of the note, as lines. */
export type NoteSection = { title: string; lines: string[] };

const linesOf = (div: string | undefined): string[] => {
  const document = new DOMParser().parseFromString((div ?? '').replaceAll('<br/>', '\n'), 'text/html');
  return (document.body.textContent ?? '').split('\n').map((line) => line.trim()).filter(Boolean);
};

export const useNote = (reference: string | undefined) =>
  useQuery({
    queryKey: ['online-note', reference],
    enabled: reference !== undefined,
    queryFn: async ({ signal }): Promise<NoteSection[]> =>
      ((await get<Composition>(reference ?? '', signal)).section ?? []).map(({ title, text }) => ({ title: title ?? '', lines: linesOf(text?.div) })),
  });

export const useOrders = (visit: string, ended: boolean) =>
  useQuery({
    queryKey: ['online-orders', visit],
    enabled: ended,
    queryFn: async ({ signal }) =>
      resourcesOf<ServiceRequest>(await get<Bundle>(`ServiceRequest?encounter=${encodeURIComponent(visit)}&_count=50`, signal), 'ServiceRequest').map(({ id, code }) => ({ id: id ?? '', name: conceptText(code) ?? '' })),
  });
