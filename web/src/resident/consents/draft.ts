import { useSyncExternalStore } from 'react';
import { onSessionChange } from '../../shared/session/session';
import type { Terms } from '../requests/consents';

/** What has been answered so far. In the tab's session storage: a way back, or a reload, loses nothing. */
export type Draft = Terms & { patient: string; everybody: boolean };

const KEY = 'helan.consent-draft';
const listeners = new Set<() => void>();
let known: Draft | undefined = read();

function read(): Draft | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '') as Draft;
  } catch {
    return undefined;
  }
}

export function keepDraft(draft: Draft | undefined): void {
  known = draft;
  if (draft === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(draft));
  for (const listener of listeners) listener();
}

export function beginDraft(patient: string, kind: Terms['kind'], until?: string): void {
  keepDraft({ patient, kind, actors: [], categories: [], until, everybody: false });
}

onSessionChange(() => {
  if (sessionStorage.getItem('helan.token') === null) keepDraft(undefined);
});

export function useDraft(): Draft | undefined {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => known,
  );
}
