import { useEffect, useRef, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { Mark } from '../Mark';
import styles from './Frame.module.css';

/** For keyboards: past the bar, to what the page is about, which is `#main`. */
export function SkipLink({ children }: { children: string }) {
  return (
    <a className={styles.skip} href="#main" onClick={focusMain}>
      {children}
    </a>
  );
}

// A plain #main would be taken for a route.
function focusMain(event: MouseEvent) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** Whose pages these are, and the way to the first of them. */
export function Brand({ to, label, title }: { to: string; label: string; title: string }) {
  const { t } = useTranslation('common');
  return (
    <NavLink to={to} className={styles.brand} aria-label={label}>
      <Mark />
      <span className={styles.name}>{t('product')}</span>
      <span className={styles.tagline}>{title}</span>
    </NavLink>
  );
}

/** After going to another page, keyboard and screen reader go on at its beginning, not at the link that led there. */
export function useFocusOnNewPage() {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [pathname]);
}

/**
 * On a phone the row of tabs is longer than the screen is wide: where one is has to be seen.
 * @param drawn changes when other tabs are drawn: some come once it is known who is signed in
 */
export function useTabInSight(drawn: unknown) {
  const { pathname } = useLocation();
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    const row = tabs.current;
    const tab = row?.querySelector('[aria-current]');
    if (!row || !tab) return;
    // Not scrollIntoView: in some versions of Chromium the Tab key goes on from there, past the link to what the page is about.
    const frame = row.getBoundingClientRect();
    const { left, right } = tab.getBoundingClientRect();
    row.scrollLeft += Math.min(left - frame.left, 0) + Math.max(right - frame.right, 0);
  }, [pathname, drawn]);
  return tabs;
}
