import { Component, createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore, type AnchorHTMLAttributes, type ComponentType, type ReactNode } from 'react';

/**
 * Routes behind `#`, as in the console and for the same reasons. React Router does this there; here it would be a sixth
 * of all script that a first view downloads, for a dozen flat routes. Names and meanings are React Router's.
 */
export type Place = { pathname: string; search: string; state: unknown };

export type Route = { path: string; load: () => Promise<ComponentType> | ComponentType };

let place = read();
const listeners = new Set<() => void>();

function read(): Place {
  const [pathname = '', search = ''] = location.hash.replace(/^#/, '').split(/\?(.*)/s);
  return { pathname: pathname === '' ? '/' : pathname, search, state: (history.state as { state?: unknown } | null)?.state ?? null };
}

function moved(): void {
  const next = read();
  if (next.pathname === place.pathname && next.search === place.search && next.state === place.state) return;
  place = next;
  for (const listener of listeners) listener();
}

// Back, forward, and an address typed by hand.
addEventListener('popstate', moved);
addEventListener('hashchange', moved);

type How = { replace?: boolean; state?: unknown };

export function go(to: string, { replace = false, state = null }: How = {}): void {
  history[replace ? 'replaceState' : 'pushState']({ state }, '', `#${to}`);
  moved();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useAddress = (): Place => useSyncExternalStore(subscribe, () => place);

// A page goes on with its own place while the code of the next one is on its way.
const Shown = createContext<{ place: Place; params: Record<string, string> }>({ place, params: {} });

export const useLocation = (): Place => useContext(Shown).place;
export const useParams = (): Record<string, string | undefined> => useContext(Shown).params;
export const useNavigate = () => go;

export function useSearchParams(): [URLSearchParams, (change: (now: URLSearchParams) => URLSearchParams, how?: How) => void] {
  const { pathname, search } = useLocation();
  const query = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback((change: (now: URLSearchParams) => URLSearchParams, how?: How) => go(`${pathname}?${change(new URLSearchParams(search)).toString()}`, how), [pathname, search]);
  return [query, set];
}

/** The values of `:names` in `path`; absent if it does not match. `*` matches everything. */
export function match(path: string, pathname: string): Record<string, string> | undefined {
  if (path === '*') return {};
  const wanted = path.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decode(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type View = { place: Place; params: Record<string, string>; Page: ComponentType };

/** Draws the page of the address within `shell`; the one before stays until the code of the next has come. */
export function Routes({ routes, shell: Frame, first }: { routes: Route[]; shell: ComponentType<{ children: ReactNode }>; first: ReactNode }) {
  const address = useAddress();
  const [view, setView] = useState<View>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    let stale = false;
    const found = routes.map(({ path, load }) => ({ load, params: match(path, address.pathname) })).find(({ params }) => params !== undefined);
    if (!found?.params) return undefined;
    const { load, params } = found;
    Promise.resolve(load()).then(
      (Page) => stale || setView({ place: address, params, Page }),
      (error: unknown) => stale || setFault(error),
    );
    return () => {
      stale = true;
    };
  }, [routes, address]);
  if (fault !== undefined) throw fault;
  const shown = useMemo(() => ({ place: view?.place ?? address, params: view?.params ?? {} }), [view, address]);
  return (
    <Shown value={shown}>
      <Frame>{view ? <view.Page /> : first}</Frame>
    </Shown>
  );
}

export function Link({ to, children, ...rest }: { to: string } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>) {
  return (
    <a
      {...rest}
      href={`#${to}`}
      onClick={(event) => {
        // Another tab, another window: the browser's business.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}

export function Navigate({ to }: { to: string }) {
  useEffect(() => go(to, { replace: true }), [to]);
  return null;
}

/** Draws `broken` in the place of pages that failed to be drawn. */
export class ErrorBoundary extends Component<{ broken: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.broken : this.props.children;
  }
}
