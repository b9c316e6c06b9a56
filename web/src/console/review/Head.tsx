import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import styles from './Review.module.css';

/** The title, and the other pages of review. */
export function Head({ title }: { title: string }) {
  const { t } = useTranslation('prescription');
  return (
    <div className={styles.head}>
      <h1>{title}</h1>
      <nav className={styles.links} aria-label={t('rules.more')}>
        <NavLink to="/review" end>
          {t('rules.title')}
        </NavLink>
        <NavLink to="/review/knowledge">{t('knowledge.title')}</NavLink>
        <NavLink to="/review/figures">{t('figures.title')}</NavLink>
      </nav>
    </div>
  );
}
