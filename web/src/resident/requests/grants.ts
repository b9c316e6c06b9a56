import { useQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';

/** Who may see the record now or will be able to, and who may not: `GET Patient/[id]/$access-grants`. */
export type AccessGrant = {
  effect: 'opens' | 'closes' | 'offered';
  reason: string;
  /** Absent: everybody. */
  to: string | undefined;
  name: string | undefined;
  /** In a regulator's case: who it opens the record to. */
  account: string | undefined;
  cause: string | undefined;
  since: string | undefined;
  until: string | undefined;
  stands: boolean;
  categories: string[];
};

export function useAccessGrants(patient: string) {
  return useQuery({
    queryKey: ['access-grants', patient],
    queryFn: async ({ signal }): Promise<{ grants: AccessGrant[]; truncated: boolean }> => {
      const answer = await get<Parameters>(`Patient/${encodeURIComponent(patient)}/$access-grants`, signal);
      return {
        truncated: answer.parameter?.find(({ name }) => name === 'truncated')?.valueBoolean ?? false,
        grants: repetitionsOf(answer, 'grant').map((part) => {
          const effect = part.text('effect');
          return {
            effect: effect === 'closes' || effect === 'offered' ? effect : 'opens',
            reason: part.text('reason') ?? '',
            to: part.reference('to')?.reference,
            name: part.reference('to')?.display,
            account: part.reference('to')?.identifier?.value,
            cause: part.reference('cause')?.reference,
            since: part.text('since'),
            until: part.text('until'),
            stands: part.flag('stands') ?? true,
            categories: part.texts('category'),
          };
        }),
      };
    },
    staleTime: 0,
  });
}
