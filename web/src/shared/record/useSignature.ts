import { useQuery } from '@tanstack/react-query';
import type { Composition, Parameters } from 'fhir/r4';
import { repetitionsOf } from '../fhir/bundles';
import { get } from '../fhir/client';

export type Signed = { signed: boolean; valid: boolean; when: string | undefined; signer: string | undefined; algorithm: string | undefined };

/** Who has signed the version that is shown, and whether it holds. */
export const useSignature = (document: Composition | undefined) =>
  useQuery({
    queryKey: ['note-signature', document?.id, document?.meta?.versionId],
    queryFn: async ({ signal }): Promise<Signed> => {
      const answer = await get<Parameters>(`Composition/${encodeURIComponent(document?.id ?? '')}/$verify-signature?version=${document?.meta?.versionId ?? ''}`, signal);
      const found = repetitionsOf(answer, 'signature');
      const last = found.at(-1);
      return {
        signed: found.length > 0,
        valid: answer.parameter?.find(({ name }) => name === 'valid')?.valueBoolean ?? false,
        when: last?.text('when'),
        signer: last?.reference('signer')?.reference,
        algorithm: last?.text('algorithm'),
      };
    },
    enabled: document?.id !== undefined && document.status === 'final',
  });
