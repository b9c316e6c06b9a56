/** What a screen in a hall is told (docs/guide/queue.md): numbers, masked names, rooms. */
export type Person = { label: string; name: string };
export type HallQueue = {
  name: string;
  place: string;
  open: boolean;
  waiting: number;
  called: (Person & { to: string; inside: boolean; since: string })[];
  next: Person[];
  missed: Person[];
};
export type Hall = { name: string; at: string; door: string; queues: HallQueue[] };

const TOKEN = 'helan-screen';

/** The token of this screen: once in the address, behind `#` where no server sees it, then kept in this browser. */
export function takeToken(): string | undefined {
  const given = location.hash.replace(/^#/, '');
  if (given.startsWith('hqs_')) {
    localStorage.setItem(TOKEN, given);
    history.replaceState(null, '', location.pathname);
  }
  return localStorage.getItem(TOKEN) ?? undefined;
}

export const keepToken = (token: string): void => localStorage.setItem(TOKEN, token);
export const dropToken = (): void => localStorage.removeItem(TOKEN);

/** The events of a stream, as they come (HTML Living Standard, 9.2.6), as far as `/hall` uses them. */
export async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ event: string; data: string }> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      const field = (name: string) =>
        block
          .split('\n')
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2))
          .join('\n');
      const event = field('event');
      if (event !== '') yield { event, data: field('data') };
      else yield { event: 'beat', data: '' };
    }
  }
}
