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

export function TabBar() {
  const { t } = useTranslation('resident');
  const { pathname } = useLocation();
  // Pages that one reaches from 我的 are still there.
  const known = TABS.some(({ to }) => to === pathname);
  return (
    <nav className={styles.tabs} aria-label={t('shell.navigation')}>
      {TABS.map(({ to, name }) => (
        <Link key={to} to={to} aria-current={to === pathname || (name === 'mine' && !known) ? 'page' : undefined}>
          <Icon name={name} />
          {t(`tabs.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
