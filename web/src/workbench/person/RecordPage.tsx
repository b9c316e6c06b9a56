import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { PageTitle } from '../../shared/PageTitle';
import { RecordViews, VIEWS, viewOf } from '../../shared/record/RecordViews';
import { isMasked, usePatient } from '../../shared/record/useRecord';
import { useShortcuts } from '../keys/KeyBoard';
import { Closed } from './Closed';
import { isHidden } from './hidden';
import styles from './Person.module.css';

/** The record in the centre; where it is not open, why not and what may be done. */
export function RecordPage() {
  const { t } = useTranslation(['workbench', 'record']);
  const { id = '' } = useParams();
  const go = useNavigate();
  const [address, setAddress] = useSearchParams();
  const patient = usePatient(id);
  const show = (next: string) => setAddress({ view: next }, { replace: true });
  const write = `/persons/${encodeURIComponent(id)}/notes/new`;
  const prescribe = `/persons/${encodeURIComponent(id)}/prescribe`;
  useShortcuts([
    ...VIEWS.map((view) => ({ key: VIEW_KEYS[view], label: t(`record:record.${view}`), run: () => show(view) })),
    { key: 'n', label: t('notes.write'), run: () => void go(write) },
    { key: 'x', label: t('person.prescribe'), run: () => void go(prescribe) },
  ]);
  // Nothing is asked of a record before it is known to be open: its owner would be shown looks at nothing.
  const opened = patient.data !== undefined && !isMasked(patient.data);
  const closed = patient.data ? isMasked(patient.data) : isHidden(patient.error);
  return (
    <>
      <PageTitle page={t('record:record.title')} />
      <div className={styles.head}>
        <h1>{t('record:record.title')}</h1>
        {opened ? (
          <div className={styles.actions}>
            <Link to={write}>
              <Button type="primary" tabIndex={-1}>
                {t('notes.write')}
              </Button>
            </Link>
            <Link to={prescribe}>
              <Button tabIndex={-1}>{t('person.prescribe')}</Button>
            </Link>
          </div>
        ) : null}
      </div>
      {patient.error && !patient.data && !closed ? <LoadFailed error={patient.error} onRetry={() => void patient.refetch()} /> : null}
      {closed ? <Closed id={id} /> : null}
      {!patient.data && !patient.error ? <LoadingLines rows={10} /> : null}
      {opened ? <RecordViews patient={id} view={viewOf(address.get('view'))} onView={show} /> : null}
    </>
  );
}

const VIEW_KEYS = { summary: 's', timeline: 't', results: 'r', documents: 'd', accesses: 'a' } as const;
