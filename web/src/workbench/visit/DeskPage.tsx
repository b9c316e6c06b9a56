import '../../shared/visit/texts';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { PageTitle } from '../../shared/PageTitle';
import lists from '../Lists.module.css';
import { useDesk } from './useDesk';

/** 互联网复诊: who waits, and with whom the doctor talks. */
export function DeskPage() {
  const { t } = useTranslation('visit');
  const { data, error, refetch } = useDesk();
  return (
    <div className={lists.page}>
      <PageTitle page={t('desk.list')} />
      <h1>{t('desk.list')}</h1>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? (
        <NothingHere title={t('desk.none')}>
          <p>{t('desk.noneHint')}</p>
        </NothingHere>
      ) : null}
      <ul className={lists.cards}>
        {data?.map((visit) => (
          <li key={visit.id} className="card">
            <Link to={`/online/${visit.id}`}>
              <strong>{visit.patient?.display ?? visit.id}</strong> {visit.diagnosis?.display} <Tag>{t(`state.${visit.state}`)}</Tag>
            </Link>
            <p className="muted">{visit.complaint}</p>
            <p className="muted">{t('desk.waiting', { minutes: Math.max(0, Math.round((Date.now() - Date.parse(visit.since)) / 60_000)) })}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
