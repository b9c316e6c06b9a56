import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Consent, Parameters, Provenance } from 'fhir/r4';
import { repetitionsOf, resourcesOf } from '../../shared/fhir/bundles';
import { create, get, operate, update } from '../../shared/fhir/client';

/** The sensitive categories of the access policy, by the label that names each in a consent. */
export const CATEGORIES = ['HIV', 'PSY', 'GDIS', 'SEX'] as const;
export type Category = (typeof CATEGORIES)[number];

/** What a consent says, as these pages write it; of one that another app wrote, what can be said of it. */
export type Terms = {
  kind: 'permit' | 'deny';
  actors: { reference: string; name: string | undefined }[];
  categories: string[];
  /** The last day, in Beijing; absent: until it is taken back. */
  until: string | undefined;
};

export function termsOf({ provision }: Consent): Terms {
  return {
    kind: provision?.type === 'deny' ? 'deny' : 'permit',
    actors: (provision?.actor ?? []).map(({ reference }) => ({ reference: reference.reference ?? '', name: reference.display })),
    categories: (provision?.securityLabel ?? []).flatMap(({ code }) => code ?? []),
    until: provision?.period?.end,
  };
}

const INFORMATION_RECIPIENT = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] };

export function consentOf(patient: string, author: string, terms: Terms, text: string, now: Date): Consent {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patient}` },
    dateTime: now.toISOString(),
    performer: [{ reference: author }],
    policy: [{ uri: text }],
    provision: {
      type: terms.kind,
      ...(terms.until === undefined ? {} : { period: { end: terms.until } }),
      ...(terms.actors.length === 0
        ? {}
        : { actor: terms.actors.map(({ reference, name }) => ({ role: INFORMATION_RECIPIENT, reference: { reference, ...(name === undefined ? {} : { display: name }) } })) }),
      ...(terms.categories.length === 0 ? {} : { securityLabel: terms.categories.map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code })) }),
    },
  };
}

/** The same consent with less in it: fewer categories, an earlier end. */
export function narrowed(consent: Consent, categories: string[], until: string | undefined): Consent {
  const { securityLabel, period, ...rest } = consent.provision ?? {};
  const left = securityLabel?.filter(({ code }) => code !== undefined && categories.includes(code)) ?? [];
  return {
    ...consent,
    provision: {
      ...rest,
      ...(until === undefined ? (period ? { period } : {}) : { period: { ...period, end: until } }),
      ...(left.length > 0 ? { securityLabel: left } : {}),
    },
  };
}

export const useConsents = (patient: string) =>
  useQuery({
    queryKey: ['consents', patient],
    queryFn: async ({ signal }) => resourcesOf<Consent>(await get<Bundle>(`Consent?patient=${encodeURIComponent(patient)}&_sort=-date&_count=100`, signal), 'Consent'),
  });

export const useConsent = (id: string) => useQuery({ queryKey: ['consent', id], queryFn: ({ signal }) => get<Consent>(`Consent/${encodeURIComponent(id)}`, signal), staleTime: 0 });

export type ConsentText = { uri: string; version: string; text: string };

/** All versions, the one to agree to last. */
export const useConsentTexts = (language: string) =>
  useQuery({
    queryKey: ['consent-texts', language],
    queryFn: async ({ signal }): Promise<ConsentText[]> =>
      repetitionsOf(await get<Parameters>('Consent/$texts', signal), 'text').map((part) => ({ uri: part.text('uri') ?? '', version: part.text('version') ?? '', text: part.text('text') ?? '' })),
    staleTime: Infinity,
  });

/** Signs the version that was written: the platform's seal on who agreed to it, signed in (docs/guide/signatures.md). */
const sign = ({ id, meta }: Consent) => operate<Provenance>(`Consent/${id ?? ''}/$sign`, meta?.versionId === undefined ? {} : { ifVersion: Number(meta.versionId) });

/**
 * Writes a consent, signs it, and reads anew what it changes. Where signing fails the consent is in force all the same, as
 * its page says, and can be signed there.
 */
export function useWriteConsent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (consent: Consent) => {
      const written = await (consent.id === undefined ? create(consent) : update(consent));
      await sign(written).catch(() => undefined);
      return written;
    },
    onSuccess: (written) => {
      client.setQueryData(['consent', written.id], written);
      return Promise.all(['consents', 'access-grants', 'signature'].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
    // Someone changed it meanwhile: what is shown has to be what is there.
    onError: (_, consent) => client.invalidateQueries({ queryKey: ['consent', consent.id] }),
  });
}

export function useSignConsent() {
  const client = useQueryClient();
  return useMutation({ mutationFn: sign, onSettled: () => client.invalidateQueries({ queryKey: ['signature'] }) });
}

/** Whether the version that is shown carries a signature that holds, and since when. */
export const useSignature = (consent: Consent) =>
  useQuery({
    queryKey: ['signature', consent.id, consent.meta?.versionId],
    queryFn: async ({ signal }) => {
      const answer = await get<Parameters>(`Consent/${encodeURIComponent(consent.id ?? '')}/$verify-signature?version=${consent.meta?.versionId ?? ''}`, signal);
      const found = repetitionsOf(answer, 'signature');
      return { signed: found.length > 0, valid: answer.parameter?.find(({ name }) => name === 'valid')?.valueBoolean ?? false, when: found[0]?.text('when') };
    },
  });
