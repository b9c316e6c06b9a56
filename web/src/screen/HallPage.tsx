import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Mark } from '../shared/Mark';
import { PageTitle } from '../shared/PageTitle';
import { formatTime } from '../shared/format/dates';
import styles from './Hall.module.css';
import { dropToken, keepToken, takeToken, type Hall, type HallQueue } from './hall';
import { useHall } from './useHall';

/** 候诊屏: read from ten metres by people who are anxious to be called. No sign-in: the screen has a token of its own. */
export function HallPage() {
  const { t } = useTranslation('screen');
  const [token, setToken] = useState(takeToken);
  const { hall, stale, refused } = useHall(token);
  if (token === undefined || refused)
    return (
      <Enter
        refused={refused}
        onToken={(given) => {
          dropToken();
          keepToken(given);
          setToken(given);
        }}
      />
    );
  if (hall === undefined)
    return (
      <main id="main" className={styles.wait} role="status">
        <PageTitle page={t('title')} />
        <Mark />
        <p>{t(stale ? 'offline' : 'connecting')}</p>
      </main>
    );
  return <Shown hall={hall} stale={stale} />;
}

function Enter({ refused, onToken }: { refused: boolean; onToken: (token: string) => void }) {
  const { t } = useTranslation('screen');
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') onToken(typed.trim());
  };
  return (
    <main id="main" className={styles.wait}>
      <PageTitle page={t('title')} />
      <form className={`card ${styles.enter}`} onSubmit={submit}>
        <h1>{t('title')}</h1>
        <p className="muted">{t('enterLead')}</p>
        {refused ? <p role="alert">{t('refused')}</p> : null}
        <label htmlFor="token">{t('token')}</label>
        <input id="token" value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.target.value)} />
        <button type="submit">{t('enter')}</button>
      </form>
    </main>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(tick);
  }, []);
  return now;
}

function Shown({ hall, stale }: { hall: Hall; stale: boolean }) {
  const { t } = useTranslation('screen');
  const now = useNow();
  return (
    <main id="main" className={styles.page}>
      <PageTitle page={t('title')} />
      <header className={styles.head}>
        <h1>{hall.name}</h1>
        {stale ? (
          <p role="status" className={styles.stale}>
            {t('stale')}
          </p>
        ) : null}
        <p className={styles.clock}>{formatTime(new Date(now).toISOString())}</p>
      </header>
      <div className={styles.queues} data-many={hall.queues.length > 2 || undefined}>
        {hall.queues.map((queue) => (
          <Called key={queue.name} queue={queue} />
        ))}
      </div>
      <footer className={styles.foot}>
        <p>{t('door')}</p>
        <p className={styles.door}>{hall.door.replace(/(...)(...)/, '$1 $2')}</p>
      </footer>
    </main>
  );
}

function Called({ queue }: { queue: HallQueue }) {
  const { t } = useTranslation('screen');
  const calls = queue.called.filter(({ inside }) => !inside);
  const inside = queue.called.filter((one) => one.inside);
  return (
    <section className={styles.queue} aria-label={queue.name}>
      <header className={styles.queueHead}>
        <h2>{queue.name}</h2>
        <p>
          {[queue.place, t('waiting', { count: queue.waiting })].filter(Boolean).join(' · ')}
          {queue.open ? null : ` · ${t('closed')}`}
        </p>
      </header>
      <ul className={styles.calls} aria-live="polite">
        {calls.map((person) => (
          <li key={person.label} className={styles.call}>
            <span className={styles.number}>{person.label}</span>
            <span>{person.name}</span>
            <span className={styles.to}>{t('to', { place: person.to })}</span>
          </li>
        ))}
        {calls.length === 0 ? <li className={styles.none}>{t('noCall')}</li> : null}
      </ul>
      {inside.length > 0 ? <p className={styles.small}>{t('inside', { list: inside.map(({ label, to }) => `${label} ${to}`).join(t('comma')) })}</p> : null}
      <h3>{t('next')}</h3>
      {queue.next.length === 0 ? (
        <p className={styles.small}>{t('nobody')}</p>
      ) : (
        <ol className={styles.next}>
          {queue.next.map((person) => (
            <li key={person.label}>
              <b>{person.label}</b> {person.name}
            </li>
          ))}
        </ol>
      )}
      {queue.missed.length > 0 ? <p className={styles.missed}>{t('missed', { list: queue.missed.map(({ label }) => label).join(t('comma')) })}</p> : null}
    </section>
  );
}
