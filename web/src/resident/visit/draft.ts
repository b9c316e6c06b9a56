import { useSyncExternalStore } from 'react';
import { onSessionChange } from '../../shared/session/session';
import type { Doctor, Proof } from '../requests/visit';

/** What was answered so far; nothing of it is lost by going back, or by reading the page anew. */
export type Draft = { patient: string; doctor?: Doctor; proof?: Proof; complaint: string };

const KEY = 'helan.online-visit';
const listeners = new Set<() => void>();
let text = sessionStorage.getItem(KEY);
let draft: Draft | undefined = text ? (JSON.parse(text) as Draft) : undefined;

export function keepDraft(next: Draft | undefined): void {
  draft = next;
  text = next ? JSON.stringify(next) : null;
  if (text === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, text);
  for (const listener of listeners) listener();
}

onSessionChange(() => {
  if (sessionStorage.getItem('helan.token') === null) keepDraft(undefined);
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The draft about this person; another's is none. */
export function useDraft(patient: string): Draft {
  const kept = useSyncExternalStore(subscribe, () => draft);
  return kept?.patient === patient ? kept : { patient, complaint: '' };
}
