import { useTranslation } from 'react-i18next';
import { Link, useLocation } from './router';
import { Icon } from './ui/Icon';
import styles from './ui/Ui.module.css';

const TABS = [
  { to: '/', name: 'home' },
  { to: '/visits', name: 'visits' },
  { to: '/messages', name: 'messages' },
  { to: '/mine', name: 'mine' },
] as const;

const OF_HOME = /^\/(book|bookings|queue|online-visits|find)(\/|$)/;
const OF_THE_RECORD = /^\/(reports|documents|summary|corrections)(\/|$)/;

export function TabBar() {
  const { t } = useTranslation('resident');
  const { pathname } = useLocation();
  // Pages that one reaches from another are still there: bookings and what one comes for from 首页, those of the record from 就诊, all the rest from 我的.
  const here = TABS.find(({ to }) => to === pathname)?.name ?? (OF_HOME.test(pathname) ? 'home' : OF_THE_RECORD.test(pathname) ? 'visits' : 'mine');
  return (
    <nav className={styles.tabs} aria-label={t('shell.navigation')}>
      {TABS.map(({ to, name }) => (
        <Link key={to} to={to} aria-current={name === here ? 'page' : undefined}>
          <Icon name={name} />
          {t(`tabs.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
