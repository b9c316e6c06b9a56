import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { Bundle, FhirResource } from 'fhir/r4';
import type { ReactNode } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { vi } from 'vitest';
import { signIn } from '../shared/session/session';
import { startTranslation } from '../shared/i18n/i18n';
import en from '../shared/i18n/en';
import zh from '../shared/i18n/zh';
import { Themed } from '../shared/theme/Themed';

type Answer = unknown;

/** A request as a page made it. `query` holds the parameters of the address or, of a POST, of the body. */
export type Asked = { method: string; path: string; query: URLSearchParams; body: unknown; ifMatch: string | undefined; authorization: string | undefined };

/**
 * Stands in for the platform's HTTP API: `answer` gives the body for each request, a {@link Refused} for an error, or a
 * promise that never settles for a slow one. Returns what was asked.
 */
export function platform(answer: (asked: Asked) => Answer): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const url = new URL(address, 'http://platform');
    const headers = new Headers(init.headers);
    const asked = {
      method: init.method ?? 'GET',
      path: url.pathname.replace('/fhir/', ''),
      query: init.body instanceof URLSearchParams ? init.body : url.searchParams,
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
      ifMatch: headers.get('If-Match') ?? undefined,
      authorization: headers.get('Authorization') ?? undefined,
    };
    log.push(asked);
    const body = await answer(asked);
    return body instanceof Refused ? new Response(JSON.stringify(body.outcome), { status: body.status }) : new Response(typeof body === 'string' ? body : JSON.stringify(body), { status: 200 });
  });
  return log;
}

export class Refused {
  readonly outcome;
  constructor(
    readonly status: number,
    code: string,
    text: string,
    /** FHIRPath of the place of the fault. */
    expression?: string,
  ) {
    this.outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text }, ...(expression === undefined ? {} : { expression: [expression] }) }] };
  }
}

export const never = new Promise<never>(() => undefined);

export function bundleOf(resources: FhirResource[], next?: string): Bundle {
  return { resourceType: 'Bundle', type: 'searchset', link: next ? [{ relation: 'next', url: next }] : [], entry: resources.map((resource) => ({ resource })) };
}

/**
 * Renders a page signed in, at `path`, without retries: a failure shows at once. With the operator token, or with an
 * `account`, of which `/access/me` then has to tell.
 */
export async function open(page: ReactNode, { path = '/', at = path, account = false }: { path?: string; at?: string; account?: boolean } = {}) {
  await startTranslation({ zh, en: () => Promise.resolve(en) });
  signIn('token', account ? 'refresh' : undefined);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter([{ path, element: page }, { path: '*', element: null }], { initialEntries: [at] });
  return {
    router,
    ...render(
      <QueryClientProvider client={client}>
        <Themed>
          <RouterProvider router={router} />
        </Themed>
      </QueryClientProvider>,
    ),
  };
}
