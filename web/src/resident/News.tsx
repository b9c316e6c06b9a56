import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { follow } from './live';
import { readNews } from './requests/notices';
import { choosePerson, usePersons } from './requests/person';
import { unreadOf } from './requests/unread';
import { Link, useLocation } from './router';
import styles from './ui/Ui.module.css';

/** Says on whatever page is open that a message has come, to whom, and leads there. While nobody looks, nobody listens. */
export function News({ place }: { place: HTMLElement | null }) {
  const { t } = useTranslation('resident');
  const client = useQueryClient();
  const { pathname } = useLocation();
  const { persons = [] } = usePersons();
  const counts = useQueries({ queries: persons.map(({ id }) => unreadOf(id)) });
  const unread = new Map(persons.map(({ id }, index) => [id, counts[index]?.data ?? 0]));
  const [more, setMore] = useState<string>();
  const known = useRef<ReadonlyMap<string, number>>(undefined);
  const expects = useRef(false);

  useEffect(() => {
    let line: AbortController | undefined;
    const look = () => {
      if (document.hidden) {
        line?.abort();
        line = undefined;
      } else if (!line) {
        line = new AbortController();
        const { signal } = line;
        void follow(signal, () => {
          expects.current = true;
          readNews(client);
        });
      }
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      line?.abort();
    };
  }, [client]);

  useEffect(() => {
    const before = known.current;
    known.current = unread;
    if (!expects.current || !before) return;
    const risen = persons.find(({ id }) => (unread.get(id) ?? 0) > (before.get(id) ?? 0));
    if (risen) {
      expects.current = false;
      setMore(risen.id);
    }
  }, [unread, persons]);

  useEffect(() => {
    if (pathname === '/messages') setMore(undefined);
  }, [pathname]);

  const who = persons.find(({ id }) => id === more);
  // The page's own region, which is there before its words are: else nothing is read out.
  return place && who && pathname !== '/messages'
    ? createPortal(
        <p className={styles.news}>
          <span>{t(who.own ? 'news.own' : 'news.other', { name: who.name })}</span>
          <Link to="/messages" onClickCapture={() => choosePerson(who.id)}>
            {t('news.look')}
          </Link>
          <button type="button" aria-label={t('news.close')} onClick={() => setMore(undefined)}>
            ✕
          </button>
        </p>,
        place,
      )
    : null;
}
