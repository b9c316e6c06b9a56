import type { Bundle, FhirResource, OperationOutcome, OperationOutcomeIssue, Parameters, ParametersParameter } from 'fhir/r4';
import { renew, type Me } from '../session/account';
import { currentRefresh, currentToken, endSession } from '../session/session';
import { currentLanguage } from '../i18n/language';

/** Where the FHIR API is. The pages and the API are served by one application. */
export const BASE = '/fhir';

/**
 * A request that did not bring what was asked for. `sentence` is the server's own words where it gave an OperationOutcome;
 * absent, the page says what `status` means. `status` 0: there was no answer at all.
 */
export class FhirError extends Error {
  constructor(
    readonly status: number,
    readonly sentence: string | undefined,
    readonly code: string | undefined,
    /** The parameter of an operation that is at fault, where the server named one. */
    readonly field?: string,
    /** All that is wrong, where there is more than one thing. */
    readonly issues: readonly OperationOutcomeIssue[] = [],
  ) {
    super(sentence ?? `HTTP ${status}`);
    this.name = 'FhirError';
  }
}

/** Whether what was refused is possible once who asks has proved anew to be it (docs/guide/sign-in.md). */
export const wantsProof = (error: unknown): boolean => error instanceof FhirError && error.status === 403 && error.code === 'expired';

function outcomeOf(text: string): OperationOutcome | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const isOutcome = typeof body === 'object' && body !== null && 'resourceType' in body;
    return isOutcome && body.resourceType === 'OperationOutcome' ? (body as OperationOutcome) : undefined;
  } catch {
    return undefined; // A proxy's HTML page: the status has to say it.
  }
}

type Ask = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: URLSearchParams | string | Blob; ifMatch?: string | undefined; token?: string | undefined; signal?: AbortSignal | undefined; accept?: string };

async function send(url: string, ask: Ask, again = true): Promise<Response> {
  const token = ask.token ?? currentToken();
  let response: Response;
  try {
    response = await fetch(url, {
      method: ask.method ?? 'GET',
      headers: {
        Accept: ask.accept ?? 'application/fhir+json',
        'Accept-Language': currentLanguage() === 'zh' ? 'zh-CN' : 'en',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(typeof ask.body === 'string' ? { 'Content-Type': 'application/fhir+json' } : {}),
        ...(ask.ifMatch === undefined ? {} : { 'If-Match': ask.ifMatch }),
      },
      ...(ask.body === undefined ? {} : { body: ask.body }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    throw new FhirError(0, undefined, undefined);
  }
  if (response.ok) return response;
  if (response.status === 401 && again && ask.token === undefined && currentRefresh() !== undefined) {
    // Another request may have renewed it in the meantime.
    if (currentToken() !== token || (await renew())) return send(url, ask, false);
  }
  const issues = outcomeOf(await response.text())?.issue ?? [];
  const [issue] = issues;
  if (response.status === 401 && ask.token === undefined) endSession('rejected');
  throw new FhirError(response.status, issue?.details?.text ?? issue?.diagnostics, issue?.code, /\.where\(name='([^']+)'\)$/.exec(issue?.expression?.[0] ?? '')?.[1], issues);
}

/** GETs `path` below the FHIR base. @throws FhirError */
export async function get<T extends FhirResource>(path: string, signal?: AbortSignal, token?: string): Promise<T> {
  return (await send(`${BASE}/${path}`, { signal, token })).json() as Promise<T>;
}

/**
 * Searches by POST, so that names and identity numbers stay out of addresses, and so out of access logs and histories.
 * @throws FhirError
 */
export async function search(type: string, parameters: URLSearchParams, signal?: AbortSignal): Promise<Bundle> {
  return (await send(`${BASE}/${type}/_search`, { method: 'POST', body: parameters, signal })).json() as Promise<Bundle>;
}

/** Creates `resource`; answers as it was stored. @throws FhirError */
export async function create<T extends FhirResource>(resource: T): Promise<T> {
  return (await send(`${BASE}/${resource.resourceType}`, { method: 'POST', body: JSON.stringify(resource) })).json() as Promise<T>;
}

/** Writes the next version of `resource`, if the stored one is still the one that was read. @throws FhirError 412 if it is not */
export async function update<T extends FhirResource>(resource: T): Promise<T> {
  const version = resource.meta?.versionId;
  const path = `${BASE}/${resource.resourceType}/${resource.id ?? ''}`;
  return (await send(path, { method: 'PUT', body: JSON.stringify(resource), ifMatch: version === undefined ? undefined : `W/"${version}"` })).json() as Promise<T>;
}

/** Sends a batch or transaction; of a transaction all is written, or nothing. @throws FhirError */
export async function transact(bundle: Bundle): Promise<Bundle> {
  return (await send(BASE, { method: 'POST', body: JSON.stringify(bundle) })).json() as Promise<Bundle>;
}

/**
 * Calls an operation that changes something, with texts and whole numbers as parameters; those of a list repeat.
 * @param path such as `Task/12/$review` @param version of the resource that was looked at: another is not changed @throws FhirError 412 if it is another by now
 */
export async function operate<T extends FhirResource>(path: string, values: Record<string, string | number | string[]>, version?: string): Promise<T> {
  const parameter = Object.entries(values).flatMap(([name, value]) => (Array.isArray(value) ? value.map((one) => ({ name, valueString: one })) : [typeof value === 'number' ? { name, valueInteger: value } : { name, valueString: value }]));
  return (await send(`${BASE}/${path}`, { method: 'POST', body: JSON.stringify({ resourceType: 'Parameters', parameter }), ifMatch: version === undefined ? undefined : `W/"${version}"` })).json() as Promise<T>;
}

/**
 * Calls an operation with parameters of any type; what answers without a body is answered by empty Parameters.
 * @param version as of {@link operate} @throws FhirError
 */
export async function call<T extends FhirResource = Parameters>(path: string, parameter: ParametersParameter[], version?: string): Promise<T> {
  const body = JSON.stringify({ resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) });
  const response = await send(`${BASE}/${path}`, { method: 'POST', body, ifMatch: version === undefined ? undefined : `W/"${version}"` });
  return (response.status === 204 ? { resourceType: 'Parameters' } : await response.json()) as T;
}

/** Reads a file that an operation makes, such as a table. @param path below the base @throws FhirError */
export async function file(path: string): Promise<Blob> {
  return (await send(`${BASE}/${path}`, { accept: '*/*' })).blob();
}

/** Sends a file to an address beside FHIR that takes one, such as `/statements/…`. @throws FhirError */
export async function sendFile(address: string, content: Blob): Promise<Parameters> {
  return (await send(address, { method: 'POST', body: content })).json() as Promise<Parameters>;
}

/** The platform's own matters beside FHIR: `/access/…`, as JSON. @throws FhirError */
export async function access<T>(path: string, ask: { method?: 'GET' | 'POST' | 'DELETE'; body?: string; signal?: AbortSignal } = {}): Promise<T> {
  return (await send(`/access/${path}`, { ...ask, accept: 'application/json' })).json() as Promise<T>;
}

/** Who is signed in. @throws FhirError */
export async function me(signal?: AbortSignal): Promise<Me> {
  return access<Me>('me', signal ? { signal } : {});
}

/** Follows a Bundle's `next` link. @throws FhirError */
export async function follow(link: string, signal?: AbortSignal): Promise<Bundle> {
  return (await send(ownAddress(link, location.href), { signal })).json() as Promise<Bundle>;
}

/** Whether the platform can do its work: `UP`, or in what way it cannot (`DOWN`, `OUT_OF_SERVICE`). @throws FhirError */
export async function health(signal?: AbortSignal): Promise<string> {
  // Down is answered with 503, which is an answer here, not a failure to get one.
  const response = await fetch('/health', { headers: { Accept: 'application/json' }, cache: 'no-store', credentials: 'omit', ...(signal ? { signal } : {}) }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new FhirError(0, undefined, undefined);
  });
  const body = (await response.json().catch(() => undefined)) as { status?: string } | undefined;
  if (body?.status === undefined) throw new FhirError(response.status, undefined, undefined);
  return body.status;
}

/** One of the platform's figures from its Prometheus page, such as `process_uptime_seconds`; absent if it has none of that name. @throws FhirError */
export async function metric(name: string, signal?: AbortSignal): Promise<number | undefined> {
  const page = await (await send(`/metrics?includedNames=${name}`, { signal, accept: 'text/plain' })).text();
  const line = page.split('\n').find((candidate) => candidate.startsWith(`${name} `) || candidate.startsWith(`${name}{`));
  const value = Number(line?.split(' ')[1]);
  return Number.isNaN(value) ? undefined : value;
}

/** Reads an attachment's or Binary's bytes. @param url as in `Attachment.url`: relative to the base, or absolute on this server */
export async function bytes(url: string, signal?: AbortSignal): Promise<Blob> {
  return (await send(attachmentAddress(url, location.href), { signal, accept: '*/*' })).blob();
}

/**
 * Where an attachment is read. One that lies on another server is refused: the same path here could hold somebody else's
 * document.
 */
export function attachmentAddress(url: string, page: string): string {
  const address = new URL(url, new URL(`${BASE}/`, page));
  if (address.origin !== new URL(page).origin || !address.pathname.startsWith(`${BASE}/`)) throw new FhirError(0, undefined, 'foreign-link');
  return address.pathname + address.search;
}

/**
 * A server behind a proxy may name itself differently in its links. Path and query are kept, the origin is always ours:
 * the token never goes anywhere else.
 */
export function ownAddress(link: string, page: string): string {
  const url = new URL(link, page);
  const at = url.pathname.indexOf(`${BASE}/`);
  const atBase = url.pathname === BASE || url.pathname.endsWith(BASE);
  if (at < 0 && !atBase) throw new FhirError(0, undefined, 'foreign-link');
  return (at >= 0 ? url.pathname.slice(at) : BASE) + url.search;
}
