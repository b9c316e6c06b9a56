import { useQuery } from '@tanstack/react-query';
import type { Bundle, Patient } from 'fhir/r4';
import { useSyncExternalStore } from 'react';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get, me } from '../../shared/fhir/client';
import { idOf, nameOf } from '../../shared/fhir/words';
import { onSessionChange, useSession } from '../../shared/session/session';

export function useMe() {
  const { token } = useSession();
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => me(signal), enabled: token !== undefined, staleTime: 60_000 });
}

/** Someone whose record this is about: the account's owner, or someone the owner acts for. */
export type Person = { id: string; name: string; own: boolean; patient: Patient };

const KEY = 'helan.person';
const listeners = new Set<() => void>();

function choose(id: string | undefined): void {
  if (id === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, id);
  for (const listener of listeners) listener();
}

export const choosePerson = (id: string): void => choose(id);

// The next one who signs in at this tab begins with himself.
onSessionChange(() => {
  if (sessionStorage.getItem('helan.token') === null) choose(undefined);
});

const subscribe = (changed: () => void) => {
  listeners.add(changed);
  return () => listeners.delete(changed);
};

/** All whose records may be seen here, the owner first; and the one that is looked at. */
export function usePersons() {
  const who = useMe();
  const chosen = useSyncExternalStore(subscribe, () => sessionStorage.getItem(KEY));
  const ids = who.data?.patients ?? [];
  const own = idOf(who.data?.fhirUser);
  const query = useQuery({
    queryKey: ['persons', ids],
    queryFn: ({ signal }) => get<Bundle>(`Patient?_id=${ids.map(encodeURIComponent).join(',')}&_count=50`, signal),
    enabled: ids.length > 0,
    staleTime: 300_000,
  });
  const persons = query.data
    ? resourcesOf<Patient>(query.data, 'Patient')
        .map((patient): Person => ({ id: patient.id ?? '', name: nameOf(patient) ?? patient.id ?? '', own: patient.id === own, patient }))
        .sort((a, b) => Number(b.own) - Number(a.own))
    : undefined;
  const person = persons?.find(({ id }) => id === chosen) ?? persons?.[0];
  const failed = who.error ?? query.error;
  return { me: who.data, persons, person, error: failed, refetch: () => void (who.error ? who.refetch() : query.refetch()) };
}

/** The one that is looked at. Pages are drawn below {@link Shell}, which sees to it that there is one. */
export function usePerson(): Person {
  const { person } = usePersons();
  if (!person) throw new Error('no person: drawn outside of the shell');
  return person;
}
