import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import styles from './Keys.module.css';
import { useShortcuts } from './KeyBoard';

export type Item = { key: string; to: string; title: ReactNode; note?: ReactNode; aside?: ReactNode };

/** A list that `J` and `K` go through and `Enter` opens from: the focus itself moves, so Enter is the browser's own. */
export function Items({ label, items }: { label: string; items: readonly Item[] }) {
  const { t } = useTranslation('workbench');
  const list = useRef<HTMLUListElement>(null);
  const move = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
    next?.focus();
    next?.scrollIntoView?.({ block: 'nearest' });
  };
  useShortcuts([
    { key: 'j', label: t('keys.next'), run: () => move(1) },
    { key: 'k', label: t('keys.previous'), run: () => move(-1) },
    // A link in focus opens by itself; this is for when nothing of the list is in focus yet.
    { key: 'Enter', label: t('keys.open'), run: () => list.current?.querySelector('a')?.click() },
  ]);
  return (
    <ul ref={list} className={`card ${styles.items}`} aria-label={label}>
      {items.map(({ key, to, title, note, aside }) => (
        <li key={key}>
          <Link to={to} className={styles.item}>
            <span>
              <span className={styles.title}>{title}</span>
              {note ? <span className={styles.note}>{note}</span> : null}
            </span>
            {aside ? <span className={styles.aside}>{aside}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}
