import { useSyncExternalStore } from 'react';

/**
 * Who is signed in, in this tab. Tokens lie in `sessionStorage` only: they go when the tab closes and are never shared
 * with another one. An account's access token lives for minutes and is renewed; the operator token has no end.
 */
export type Session = { token: string | undefined; refresh: string | undefined; ended: 'rejected' | 'signed-out' | undefined };

const KEY = 'helan.token';
const REFRESH = 'helan.refresh';

let session: Session = { token: sessionStorage.getItem(KEY) ?? undefined, refresh: sessionStorage.getItem(REFRESH) ?? undefined, ended: undefined };
const listeners = new Set<() => void>();

function keep(key: string, value: string | undefined): void {
  if (value === undefined) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, value);
}

function become(next: Session): void {
  session = next;
  keep(KEY, next.token);
  keep(REFRESH, next.refresh);
  for (const listener of listeners) listener();
}

export const currentToken = (): string | undefined => session.token;

/** Absent for the operator token. */
export const currentRefresh = (): string | undefined => session.refresh;

/** @param refresh what renews it; absent for the operator token */
export const signIn = (token: string, refresh?: string): void => become({ token, refresh, ended: undefined });

/** @param why `rejected` if the server refused the token, and the sign-in page should say so */
export function endSession(why: 'rejected' | 'signed-out'): void {
  if (session.token !== undefined) become({ token: undefined, refresh: undefined, ended: why });
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSession = (): Session => useSyncExternalStore(onSessionChange, () => session);
