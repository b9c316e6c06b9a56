import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { LoadFailed } from '../../shared/faces/Faces';
import { nameOf } from '../../shared/fhir/words';
import { PageTitle } from '../../shared/PageTitle';
import { useRole } from '../useRole';
import { Documents } from './Documents';
import { FlowSheet } from './FlowSheet';
import { PersonBanner, PersonBannerSkeleton } from './PersonBanner';
import { Reader } from './Reader';
import styles from './Record.module.css';
import { Summary } from './Summary';
import { Timeline } from './Timeline';
import { usePatient } from './useRecord';

const VIEWS = ['summary', 'timeline', 'results', 'documents'] as const;
type View = (typeof VIEWS)[number];

/** Everything about one resident: who it is stays in sight, the rest is four views of the same record. */
export function RecordPage() {
  const { id = '' } = useParams();
  return <Record key={id} id={id} />;
}

function Record({ id }: { id: string }) {
  const { t } = useTranslation('console');
  const [address, setAddress] = useSearchParams();
  const patient = usePatient(id);
  // Where the reader came from: regulators reach a record by a case.
  const regulates = useRole() === 'regulator';
  const view: View = VIEWS.find((known) => known === address.get('view')) ?? 'summary';
  const go = (next: string) => setAddress({ view: next }, { replace: true });

  return (
    <Reader person={patient.data && nameOf(patient.data)}>
      <PageTitle page={t('record.title')} />
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
          <Tabs
            activeKey={view}
            onChange={go}
            destroyOnHidden
            items={[
              { key: 'summary', label: t('record.summary'), children: <Summary patient={id} onGo={go} /> },
              { key: 'timeline', label: t('record.timeline'), children: <Timeline patient={id} /> },
              { key: 'results', label: t('record.results'), children: <FlowSheet patient={id} /> },
              { key: 'documents', label: t('record.documents'), children: <Documents patient={id} /> },
            ]}
          />
        )}
      </div>
    </Reader>
  );
}
