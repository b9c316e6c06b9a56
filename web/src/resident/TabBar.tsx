import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { usePersons } from './requests/person';
import { unreadOf } from './requests/unread';
import { Link, useLocation } from './router';
import { Icon } from './ui/Icon';
import styles from './ui/Ui.module.css';

const TABS = [
  { to: '/', name: 'home' },
  { to: '/visits', name: 'visits' },
  { to: '/messages', name: 'messages' },
  { to: '/mine', name: 'mine' },
] as const;

const MOST = 99;

const OF_HOME = /^\/(book|bookings|queue|online-visits|find|search)(\/|$)/;
const OF_THE_RECORD = /^\/(reports|documents|summary|corrections|stays)(\/|$)/;

export function TabBar() {
  const { t } = useTranslation('resident');
  const { pathname } = useLocation();
  const { person } = usePersons();
  const unread = useQuery(unreadOf(person?.id ?? '')).data ?? 0;
  // Pages that one reaches from another are still there: bookings and what one comes for from 首页, those of the record from 就诊, all the rest from 我的.
  const here = TABS.find(({ to }) => to === pathname)?.name ?? (OF_HOME.test(pathname) ? 'home' : OF_THE_RECORD.test(pathname) ? 'visits' : 'mine');
  return (
    <nav className={styles.tabs} aria-label={t('shell.navigation')}>
      {TABS.map(({ to, name }) => (
        <Link key={to} to={to} aria-current={name === here ? 'page' : undefined}>
          <Icon name={name} />
          {t(`tabs.${name}`)}
          {name === 'messages' && unread > 0 ? (
            <span className={styles.badge}>
              <span aria-hidden="true">{unread > MOST ? `${MOST}+` : unread}</span>
              <span className="visually-hidden">{t('news.unread', { count: unread })}</span>
            </span>
          ) : null}
        </Link>
      ))}
    </nav>
  );
}
