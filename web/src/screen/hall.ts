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
