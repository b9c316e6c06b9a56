import { currentRefresh, endSession, signIn } from './session';

/**
 * Signing in with an account: OpenID Connect, authorization code with PKCE (RFC 7636), against the platform itself. The
 * passwords are typed on the platform's own pages, never here.
 */
export type Entry = { client: string; path: string };

/** Which of the platform's own pages these are: each entry is a client of its own and is led back to its own address. */
let entry: Entry = { client: 'helan-console', path: '/' };

/** Before anything else of this file is used. */
export function enter(which: Entry): void {
  entry = which;
}

const SCOPES = 'openid profile fhirUser online_access';
const WAITING = 'helan.sign-in';
const RESUME = 'helan.resume';
/** Which client the tokens of this tab were given to: another entry, opened in the same tab, renews them as that one. */
const CLIENT = 'helan.client';

type Waiting = { state: string; verifier: string; place: string };
type Tokens = { access_token?: string; refresh_token?: string };

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const chance = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

const home = (): string => location.origin + entry.path;

/** Goes to the sign-in page; whoever signs in comes back to this place. @param again also who is signed in already */
export async function beginSignIn(again = false): Promise<void> {
  const waiting: Waiting = { state: chance(), verifier: chance(), place: location.hash };
  sessionStorage.setItem(WAITING, JSON.stringify(waiting));
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(waiting.verifier))));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: entry.client,
    redirect_uri: home(),
    scope: SCOPES,
    state: waiting.state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(again ? { prompt: 'login' } : {}),
  });
  location.assign(`/oauth2/authorize?${query.toString()}`);
}

async function ask(form: Record<string, string>): Promise<Tokens | undefined> {
  const response = await fetch('/oauth2/token', { method: 'POST', body: new URLSearchParams({ client_id: entry.client, ...form }), credentials: 'omit', cache: 'no-store' });
  return response.ok ? ((await response.json()) as Tokens) : undefined;
}

/** Before anything is drawn: takes the code home, if the page was opened with one. */
export async function finishSignIn(): Promise<void> {
  const answer = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(WAITING);
  if (kept !== null && answer.has('state')) {
    sessionStorage.removeItem(WAITING);
    const waiting = JSON.parse(kept) as Waiting;
    // The code is good for one use and a minute; it has no business in the history.
    history.replaceState(null, '', entry.path);
    // As a change of the hash, which the router follows; it has read the address already.
    if (waiting.place !== '') location.replace(waiting.place);
    const code = answer.get('code');
    if (code === null || answer.get('state') !== waiting.state) return;
    const tokens = await ask({ grant_type: 'authorization_code', code, redirect_uri: home(), code_verifier: waiting.verifier }).catch(() => undefined);
    if (!tokens?.access_token) return;
    sessionStorage.setItem(CLIENT, entry.client);
    signIn(tokens.access_token, tokens.refresh_token);
  } else if (sessionStorage.getItem(RESUME) !== null) {
    sessionStorage.removeItem(RESUME);
    await beginSignIn();
  }
}

let renewing: Promise<boolean> | undefined;

/** A new access token for the one that ended; false if there is no way but to sign in again. */
export function renew(): Promise<boolean> {
  renewing ??= renewOnce().finally(() => (renewing = undefined));
  return renewing;
}

async function renewOnce(): Promise<boolean> {
  const refresh = currentRefresh();
  if (refresh === undefined) return false;
  const tokens = await ask({ client_id: sessionStorage.getItem(CLIENT) ?? entry.client, grant_type: 'refresh_token', refresh_token: refresh }).catch(() => undefined);
  if (!tokens?.access_token) return false;
  signIn(tokens.access_token, tokens.refresh_token ?? refresh);
  return true;
}

/** Ends it here and on the platform. */
export function signOut(): void {
  const account = currentRefresh() !== undefined;
  endSession('signed-out');
  if (account) location.assign('/sign-out');
}

/** Chooses another post; the platform then gives a token for that one. */
export function switchRole(): void {
  sessionStorage.setItem(RESUME, '1');
  endSession('signed-out');
  location.assign(`/sign-in/role?continue=${entry.path}`);
}

/** Who the token speaks for. `fhirUser` is the person's own resource, `patients` the ids whose records are theirs to read. */
export type Me = { account: string; fhirUser?: string; patients: string[]; institution: string; name: string; role: 'resident' | 'practitioner' | 'regulator' | 'operator' | 'system'; post?: { institutionName: string; departmentName: string; title: string; codes?: string[] }; posts?: number; licences?: string[] };
