import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { PageTitle } from '../../shared/PageTitle';
import styles from './Tariff.module.css';

/** Title of one of the two pages, and the way to the other. */
export function Head({ page }: { page: 'prices' | 'rules' }) {
  const { t } = useTranslation('tariff');
  return (
    <div className={styles.head}>
      <PageTitle page={t(`${page}.title`)} />
      <div>
        <h1>{t(`${page}.title`)}</h1>
        <p className="muted">{t(page === 'prices' ? 'prices.lead' : 'rules.lead')}</p>
      </div>
      <nav className={styles.actions} aria-label={t('pages')}>
        <NavLink to="/tariff" end>
          {t('prices.title')}
        </NavLink>
        <NavLink to="/tariff/rules">{t('rules.title')}</NavLink>
      </nav>
    </div>
  );
}
