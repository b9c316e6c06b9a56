import { useQuery } from '@tanstack/react-query';
import { me } from '../fhir/client';
import { useSession } from './session';

/** Who is signed in; nothing for the operator token, which is nobody's. */
export function useMe() {
  const { refresh } = useSession();
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => me(signal), enabled: refresh !== undefined, staleTime: 60_000 });
}
