import { useMutation, useQuery } from '@tanstack/react-query';
import { access } from '../fhir/client';

/** By what the person proves to be it: a code of the second factor, the password, or a new sign-in. */
export type ProofBy = 'code' | 'password' | 'sign-in';

export const useProof = () => useQuery({ queryKey: ['proof'], queryFn: ({ signal }) => access<{ by: ProofBy; minutes: number }>('me/proof', { signal }), staleTime: 0 });

/** What is given goes to the platform, and is kept nowhere. */
export const useProve = () => useMutation({ mutationFn: (given: string) => access<unknown>('me/proof', { method: 'POST', body: JSON.stringify({ given }) }), gcTime: 0 });
