import { useEffect, useId, useRef, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from '../router';
import { useErrorSentence } from '../../shared/faces/useErrorSentence';
import styles from './Ui.module.css';

/** The residents' own small components: no library of widgets, since every kilobyte is waited for on a slow line. */

type Kind = 'primary' | 'plain' | 'danger' | 'default';

/** `busy` keeps the button in place and the keyboard on it, and takes no second press. */
export function Button({ kind = 'default', wide, busy, onClick, children, ...rest }: { kind?: Kind; wide?: boolean; busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      {...rest}
      className={styles.button}
      data-kind={kind}
      data-wide={wide || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}

export function ButtonLink({ to, kind = 'default', wide, children }: { to: string; kind?: Kind; wide?: boolean; children: ReactNode }) {
  return (
    <Link to={to} className={styles.button} data-kind={kind} data-wide={wide || undefined}>
      {children}
    </Link>
  );
}

export type Tone = 'plain' | 'running' | 'good' | 'warning' | 'bad' | 'alert';
const SHAPES: Record<Tone, string> = { plain: '', running: '●', good: '✓', warning: '‖', bad: '✕', alert: '!' };

/** A status as word, shape and colour. */
export function Tag({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={styles.tag} data-tone={tone}>
      {SHAPES[tone] ? <span aria-hidden="true">{SHAPES[tone]}</span> : null}
      {children}
    </span>
  );
}

export const Rows = ({ children, label }: { children: ReactNode; label?: string }) => (
  <ul className={styles.rows} aria-label={label}>
    {children}
  </ul>
);

type RowWords = { title: ReactNode; note?: ReactNode; icon?: ReactNode; tags?: ReactNode; end?: ReactNode };

/** One line of a list; with `to` all of it leads there. */
export function Row({ to, title, note, icon, tags, end }: RowWords & { to?: string }) {
  const inside = (
    <>
      {icon}
      <span className={styles.rowBody}>
        <span className={styles.rowTitle}>
          {title}
          {tags}
        </span>
        {note ? <span className={styles.rowNote}>{note}</span> : null}
      </span>
      {end}
      {to ? <Chevron /> : null}
    </>
  );
  return (
    <li>
      {to ? (
        <Link to={to} className={styles.row}>
          {inside}
        </Link>
      ) : (
        <div className={styles.row}>{inside}</div>
      )}
    </li>
  );
}

const Chevron = () => (
  <svg viewBox="0 0 16 16" aria-hidden="true" className={styles.chevron} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
    <path d="m6 3 5 5-5 5" />
  </svg>
);

export function Section({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.sectionHead}>
        <h2 id={id}>{title}</h2>
        {more}
      </div>
      {children}
    </section>
  );
}

export function Notice({ tone, title, children, role }: { tone?: 'bad' | 'warning' | 'good'; title: string; children?: ReactNode; role?: 'alert' | 'status' }) {
  return (
    <div className={styles.notice} data-tone={tone} role={role}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export const Actions = ({ children }: { children: ReactNode }) => <div className={styles.actions}>{children}</div>;

// ------------------------------------------------------------------ faces

/** Grey cards in the place of those to come. */
export function Loading({ cards = 3 }: { cards?: number }) {
  const { t } = useTranslation('common');
  return (
    <div role="status" aria-label={t('faces.loading')} className={styles.skeleton} data-loading>
      {Array.from({ length: cards }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

/** What happened in plain words, what was kept, and a way on; the code small, for whoever is called about it. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation('common');
  const { sentence, code } = useErrorSentence()(error);
  return (
    <div className={styles.notice} data-tone="bad" role="alert">
      <p>{sentence}</p>
      <p className="small muted">
        {t('faces.kept')} {code ? t('faces.errorCode', { code }) : null}
      </p>
      {onRetry ? (
        <Actions>
          <Button onClick={onRetry}>{t('faces.retry')}</Button>
        </Actions>
      ) : null}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={`card ${styles.empty}`}>
      <svg viewBox="0 0 96 44" width="96" height="44" aria-hidden="true">
        <path d="M2 42 24 14l12 15L56 4l38 38z" fill="var(--primary-soft)" />
        <path d="M2 42h92" stroke="var(--border)" strokeWidth="2" />
      </svg>
      <p className={styles.emptyTitle}>{title}</p>
      {children ? <div className="muted">{children}</div> : null}
    </div>
  );
}

/** The same of a part of a page, where a picture would be too much. */
export const Nothing = ({ children }: { children: ReactNode }) => <p className={`card muted ${styles.nothing}`}>{children}</p>;

type Query<T> = { data: T | undefined; error: unknown; refetch: () => unknown };

/** The four faces of something that is read: loading, failed, empty, filled. What was there stays when reading it anew fails. */
export function Faces<T>({ query, cards, isEmpty, empty, children }: { query: Query<T>; cards?: number; isEmpty?: (data: T) => boolean; empty?: ReactNode; children: (data: T) => ReactNode }) {
  if (query.data === undefined) return query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading {...(cards ? { cards } : {})} />;
  return (
    <>
      {query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : null}
      {isEmpty?.(query.data) ? empty : children(query.data)}
    </>
  );
}

// ------------------------------------------------------------------ forms

export function Chips<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: { value: T; label: string }[]; onChange: (value: T) => void }) {
  return (
    <div className={styles.chips} role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}

export function Choices({ legend, children, hidden }: { legend: string; children: ReactNode; hidden?: boolean }) {
  return (
    <fieldset className={styles.choices}>
      <legend className={hidden ? 'visually-hidden' : undefined}>{legend}</legend>
      {children}
    </fieldset>
  );
}

export function Choice({ type, name, checked, onChange, title, note }: { type: 'radio' | 'checkbox'; name: string; checked: boolean; onChange: (checked: boolean) => void; title: ReactNode; note?: ReactNode }) {
  return (
    <label className={styles.choice}>
      <input type={type} name={name} checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span className={styles.rowBody}>
        {title}
        {note ? <span className={styles.rowNote}>{note}</span> : null}
      </span>
    </label>
  );
}

export function Field({ label, problem, children }: { label: string; problem?: string | undefined; children: (id: string, problemId: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id, `${id}-problem`)}
      {problem ? (
        <p id={`${id}-problem`} role="alert" className={`small ${styles.problem}`}>
          {problem}
        </p>
      ) : null}
    </div>
  );
}

/** What one looks for by words, and the button that begins it. */
export function SearchField({ label, value, placeholder, submit, onChange }: { label: string; value: string; placeholder: string; submit: string; onChange: (value: string) => void }) {
  return (
    <Field label={label}>
      {(id) => (
        <span className={styles.searchLine}>
          <input id={id} type="search" value={value} placeholder={placeholder} maxLength={60} onChange={(event) => onChange(event.target.value)} />
          <Button kind="primary" type="submit">
            {submit}
          </Button>
        </span>
      )}
    </Field>
  );
}

export function Facts({ facts }: { facts: { name: string; value: ReactNode }[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A button that stays at the foot of the page, where the thumb is. */
export const Bottom = ({ children }: { children: ReactNode }) => <div className={styles.bottom}>{children}</div>;

export function Steps({ at, of }: { at: number; of: number }) {
  const { t } = useTranslation('resident');
  const words = t('flow.step', { at, of });
  return (
    <div className={styles.steps}>
      <progress value={at} max={of} aria-label={words} />
      <span>{words}</span>
    </div>
  );
}

/** The next page begins at its heading, for the keyboard and the ear. */
export function useFocusOnMain(key: string) {
  const shown = useRef(key);
  useEffect(() => {
    if (shown.current === key) return;
    shown.current = key;
    document.getElementById('main')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [key]);
}
