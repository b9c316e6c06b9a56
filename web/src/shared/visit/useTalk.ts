import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { Talk, type TalkState } from './talk';

/** The conversation of a visit, open as long as the page is. */
export function useTalk(visit: string): { talk: Talk; now: TalkState } {
  const talk = useMemo(() => new Talk(visit), [visit]);
  const now = useSyncExternalStore(talk.subscribe, talk.snapshot);
  useEffect(() => {
    talk.start();
    return () => talk.stop();
  }, [talk]);
  return { talk, now };
}

/** Tells the other side that what is here was read, while somebody looks at this page. */
export function useSeen(talk: Talk, now: TalkState): void {
  const count = now.messages.length;
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') talk.seen();
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [talk, count, now.line]);
}
