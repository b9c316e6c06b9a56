import { useEffect, useState } from 'react';
import { currentLanguage } from '../shared/i18n/language';
import { eventsOf } from '../shared/live/events';
import type { Hall } from './hall';

/** The server says something every quarter of a minute; after so long the line is dead. */
const SILENCE = 40_000;
const AGAIN = 3_000;

export type Seen = { hall: Hall | undefined; /** No news come; what is shown may be old. */ stale: boolean; /** The token opens nothing any more. */ refused: boolean };

/** Follows `/hall` for as long as the page is open, and takes the line up again whenever it breaks. */
export function useHall(token: string | undefined): Seen {
  const [seen, setSeen] = useState<Seen>({ hall: undefined, stale: false, refused: false });
  useEffect(() => {
    if (token === undefined) return undefined;
    const gone = new AbortController();
    setSeen({ hall: undefined, stale: false, refused: false });
    void follow(token, gone.signal, setSeen);
    return () => gone.abort();
  }, [token]);
  return seen;
}

async function follow(token: string, gone: AbortSignal, tell: (change: (before: Seen) => Seen) => void): Promise<void> {
  while (!gone.aborted) {
    const line = new AbortController();
    const stop = () => line.abort();
    gone.addEventListener('abort', stop);
    let silence = setTimeout(stop, SILENCE);
    try {
      const response = await fetch('/hall', { headers: { Authorization: `Bearer ${token}`, 'Accept-Language': currentLanguage() === 'zh' ? 'zh-CN' : 'en' }, cache: 'no-store', credentials: 'omit', signal: line.signal });
      if (response.status === 401) {
        tell(() => ({ hall: undefined, stale: false, refused: true }));
        return;
      }
      if (response.ok && response.body) {
        for await (const { event, data } of eventsOf(response.body)) {
          clearTimeout(silence);
          silence = setTimeout(stop, SILENCE);
          if (event === 'hall') {
            const hall = JSON.parse(data) as Hall;
            tell(() => ({ hall, stale: false, refused: false }));
          } else if (event === 'over') {
            tell(() => ({ hall: undefined, stale: false, refused: true }));
            return;
          }
        }
      } else {
        tell((before) => ({ ...before, stale: true }));
      }
    } catch {
      if (gone.aborted) return;
      tell((before) => ({ ...before, stale: true }));
    } finally {
      clearTimeout(silence);
      gone.removeEventListener('abort', stop);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}
