import { useSyncExternalStore } from 'react';

/**
 * Who is signed in, in this tab. The token lies in `sessionStorage` only: it goes when the tab closes and is never shared
 * with another one.
 */
export type Session = { token: string | undefined; ended: 'rejected' | 'signed-out' | undefined };

const KEY = 'helan.token';

let session: Session = { token: sessionStorage.getItem(KEY) ?? undefined, ended: undefined };
const listeners = new Set<() => void>();

function become(next: Session): void {
  session = next;
  if (next.token === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, next.token);
  for (const listener of listeners) listener();
}

export const currentToken = (): string | undefined => session.token;

export const signIn = (token: string): void => become({ token, ended: undefined });

/** @param why `rejected` if the server refused the token, and the sign-in page should say so */
export function endSession(why: 'rejected' | 'signed-out'): void {
  if (session.token !== undefined) become({ token: undefined, ended: why });
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSession = (): Session => useSyncExternalStore(onSessionChange, () => session);
