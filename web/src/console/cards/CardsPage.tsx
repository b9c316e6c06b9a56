import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PageTitle } from '../../shared/PageTitle';
import { runsPlatform, useMe, useRole, worksAtCounter } from '../useRole';
import styles from './Cards.module.css';
import { Counter } from './Counter';
import { Places } from './Places';
import { ScanDesk } from './ScanDesk';

/** 健康卡: the counter for who works there, terminals and parties for who runs the platform. */
export function CardsPage() {
  const { t } = useTranslation('console');
  const role = useRole();
  const me = useMe().data;
  return (
    <div className={styles.page}>
      <PageTitle page={t('cards.title')} />
      <h1>{t('cards.title')}</h1>
      <p className="muted">{t('cards.lead')}</p>
      {worksAtCounter(role) ? (
        <div className={styles.desks}>
          <Counter />
          {role === 'practitioner' && me?.fhirUser ? <ScanDesk self={me.fhirUser} /> : null}
        </div>
      ) : null}
      {role === 'practitioner' ? (
        <p>
          <Link to="/identities/review">{t('cards.doubles')}</Link> <span className="muted small">{t('cards.doublesHint')}</span>
        </p>
      ) : null}
      {runsPlatform(role) ? <Places /> : null}
    </div>
  );
}
