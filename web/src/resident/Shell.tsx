import { lazy, Suspense, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NewsPlace } from './newsPlace';
import { useLocation } from './router';
import { signOut } from '../shared/session/account';
import { usePersons } from './requests/person';
import { Actions, Button, Failed, Loading, Notice, useFocusOnMain } from './ui/ui';
import styles from './ui/Ui.module.css';

// After the page: nobody waits for news before there is anything to see.
const News = lazy(async () => ({ default: (await import('./News')).News }));

function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      addEventListener('online', changed);
      addEventListener('offline', changed);
      return () => {
        removeEventListener('online', changed);
        removeEventListener('offline', changed);
      };
    },
    () => navigator.onLine,
  );
}

/** The frame of every page. Below it there is a person whose record may be looked at. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation('resident');
  const { pathname } = useLocation();
  const { me, person, error, refetch } = usePersons();
  const online = useOnline();
  const [newsPlace, setNewsPlace] = useState<HTMLElement | null>(null);
  useFocusOnMain(pathname);
  return (
    <div className={styles.frame}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault(); // A plain #main would be taken for a route.
          document.getElementById('main')?.focus();
        }}
      >
        {t('shell.skip')}
      </a>
      {online ? null : (
        <div className={styles.offline} role="status">
          <b>{t('shell.offline')}</b> {t('shell.offlineHint')}
        </div>
      )}
      {person ? (
        <Suspense fallback={null}>
          <News place={newsPlace} />
        </Suspense>
      ) : null}
      {person ? (
        <NewsPlace value={setNewsPlace}>{children}</NewsPlace>
      ) : (
        <main id="main" tabIndex={-1} className={styles.main} style={{ gridRow: 2, paddingTop: '1rem' }}>
          {error ? <Failed error={error} onRetry={refetch} /> : me && (me.role !== 'resident' || me.patients.length === 0) ? <NoRecord resident={me.role === 'resident'} /> : <Loading cards={4} />}
        </main>
      )}
    </div>
  );
}

/** Staff who came to the wrong door; and a resident whose identity has not been checked at a counter. */
function NoRecord({ resident }: { resident: boolean }) {
  const { t } = useTranslation('resident');
  return (
    <Notice title={t(resident ? 'noRecord.unverified' : 'noRecord.staff')}>
      <p>{t(resident ? 'noRecord.unverifiedHint' : 'noRecord.staffHint')}</p>
      <Actions>
        <a href={resident ? '/account' : '/'} className={styles.button}>
          {t(resident ? 'noRecord.account' : 'noRecord.console')}
        </a>
        <Button onClick={signOut}>{t('mine.signOut')}</Button>
      </Actions>
    </Notice>
  );
}
