import { me } from '../shared/fhir/client';
import { eventsOf } from '../shared/live/events';
import { currentToken } from '../shared/session/session';

/** The server says something every quarter of a minute; after so long the line is dead. */
const SILENCE = 40_000;
const AGAIN = 5_000;
const BUSY = 60_000;

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Follows `/access/notices` until `gone`, and takes the line up again whenever it breaks. What comes says only that there is news;
 * after a line that was broken there may be some too, so `news` is called then as well.
 */
export async function follow(gone: AbortSignal, news: () => void): Promise<void> {
  let wasOpen = false;
  while (!gone.aborted) {
    const line = new AbortController();
    const stop = () => line.abort();
    gone.addEventListener('abort', stop);
    let silence = setTimeout(stop, SILENCE);
    let pause = AGAIN;
    try {
      const response = await fetch('/access/notices', { headers: { Authorization: `Bearer ${currentToken() ?? ''}` }, cache: 'no-store', credentials: 'omit', signal: line.signal });
      if (response.ok && response.body) {
        for await (const { event } of eventsOf(response.body)) {
          clearTimeout(silence);
          silence = setTimeout(stop, SILENCE);
          if (event === 'news' || (event === 'open' && wasOpen)) news();
          if (event === 'open') wasOpen = true;
        }
      } else if (response.status === 401) {
        await me(gone); // Renews the token, or ends the session and with it this page.
      } else {
        pause = BUSY;
      }
    } catch {
      // The line broke; it is taken up again.
    } finally {
      clearTimeout(silence);
      gone.removeEventListener('abort', stop);
      line.abort();
    }
    if (!gone.aborted) await later(pause);
  }
}
