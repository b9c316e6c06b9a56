import { useEffect, useSyncExternalStore } from 'react';
import { applyTokens, type Scheme } from './tokens';

/**
 * Light or dark, as chosen on this device, else as the system has it. Paper is white: while the page is printed it is
 * light, whatever is chosen.
 */
const KEY = 'helan.scheme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let printing = false;

const chosen = (): Scheme => {
  const kept = localStorage.getItem(KEY);
  return kept === 'dark' || kept === 'light' ? kept : system.matches ? 'dark' : 'light';
};

const current = (): Scheme => (printing ? 'light' : chosen());

const tell = () => listeners.forEach((listener) => listener());

export function chooseScheme(scheme: Scheme): void {
  localStorage.setItem(KEY, scheme);
  tell();
}

function subscribe(listener: () => void) {
  const print = (on: boolean) => () => {
    printing = on;
    tell();
    // The browser takes its picture of the page before React has drawn anew; tokens are there at once.
    applyTokens(document.documentElement, current());
  };
  const [before, after] = [print(true), print(false)];
  listeners.add(listener);
  system.addEventListener('change', listener);
  addEventListener('beforeprint', before);
  addEventListener('afterprint', after);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', listener);
    removeEventListener('beforeprint', before);
    removeEventListener('afterprint', after);
  };
}

export function useScheme(): Scheme {
  const scheme = useSyncExternalStore(subscribe, current);
  useEffect(() => applyTokens(document.documentElement, scheme), [scheme]);
  return scheme;
}

export const startScheme = (): void => applyTokens(document.documentElement, current());
