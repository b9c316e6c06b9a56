import { useSyncExternalStore } from 'react';

/** Larger words and controls, chosen on this device. Not private, so it may outlive the tab. */
const KEY = 'helan.elder';
const listeners = new Set<() => void>();

export const isElder = (): boolean => localStorage.getItem(KEY) === 'on';

export function applyElder(): void {
  document.documentElement.toggleAttribute('data-elder', isElder());
}

export function setElder(on: boolean): void {
  localStorage.setItem(KEY, on ? 'on' : 'off');
  applyElder();
  for (const listener of listeners) listener();
}

export function useElder(): boolean {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, isElder);
}
