import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { LoadFailed } from '../../shared/faces/Faces';
import { nameOf } from '../../shared/fhir/words';
import { PageTitle } from '../../shared/PageTitle';
import { PersonBanner, PersonBannerSkeleton } from '../../shared/record/PersonBanner';
import { Reader } from '../../shared/record/Reader';
import styles from '../../shared/record/Record.module.css';
import { RecordViews, viewOf } from '../../shared/record/RecordViews';
import { usePatient } from '../../shared/record/useRecord';
import { useRole } from '../useRole';

/** Everything about one resident: who it is stays in sight, the rest is five views of the same record. */
export function RecordPage() {
  const { id = '' } = useParams();
  return <Record key={id} id={id} />;
}

function Record({ id }: { id: string }) {
  const { t } = useTranslation(['console', 'record']);
  const [address, setAddress] = useSearchParams();
  const patient = usePatient(id);
  // Where the reader came from: regulators reach a record by a case.
  const regulates = useRole() === 'regulator';
  const go = (next: string) => setAddress({ view: next }, { replace: true });

  return (
    <Reader person={patient.data && nameOf(patient.data)} {...(regulates ? { ways: (encounter) => <Link to={`/supervision/replay/${encodeURIComponent(encounter)}`}>{t('cases.replay')}</Link> } : {})}>
      <PageTitle page={t('record:record.title')} />
      <div className={styles.page}>
        <div className={styles.ways}>
          <Link to={regulates ? '/cases' : '/residents'} className={`small ${styles.back}`}>
            ← {t(regulates ? 'cases.title' : 'residents.title')}
          </Link>
          {regulates ? null : (
            <Link to={`/identities/persons/${encodeURIComponent(id)}`} className={`small ${styles.back}`}>
              {t('identities.person')}
            </Link>
          )}
        </div>
        {patient.data ? <PersonBanner patient={patient.data} /> : patient.error ? <LoadFailed error={patient.error} onRetry={() => void patient.refetch()} /> : <PersonBannerSkeleton />}
        {patient.error && !patient.data ? null : (
          <RecordViews patient={id} view={viewOf(address.get('view'))} onView={go} />
        )}
      </div>
    </Reader>
  );
}
