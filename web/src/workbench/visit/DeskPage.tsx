import '../../shared/visit/texts';
import { Button, Segmented, Tag } from 'antd';
import { StatusTag } from '../../shared/StatusTag';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { isFeeOpen, type Visit } from '../../shared/visit/visits';
import lists from '../Lists.module.css';
import { useDesk, useEnded } from './useDesk';

/** 互联网复诊: who waits, and with whom the doctor talks; and what has ended. */
export function DeskPage() {
  const { t } = useTranslation('visit');
  const [address, setAddress] = useSearchParams();
  const ended = address.has('ended');
  return (
    <div className={lists.page}>
      <PageTitle page={t('desk.list')} />
      <h1>{t('desk.list')}</h1>
      <div>
        <Segmented
          aria-label={t('desk.which')}
          value={ended ? 'ended' : 'open'}
          options={[
            { value: 'open', label: t('desk.open') },
            { value: 'ended', label: t('desk.ended') },
          ]}
          onChange={(which) => setAddress(which === 'ended' ? { ended: '' } : {}, { replace: true })}
        />
      </div>
      {ended ? <EndedVisits /> : <OpenVisits />}
    </div>
  );
}

function OpenVisits() {
  const { t } = useTranslation('visit');
  const { data, error, refetch } = useDesk();
  return (
    <>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? (
        <NothingHere title={t('desk.none')}>
          <p>{t('desk.noneHint')}</p>
        </NothingHere>
      ) : null}
      <Cards visits={data ?? []}>{(visit) => t('desk.waiting', { minutes: Math.max(0, Math.round((Date.now() - Date.parse(visit.since)) / 60_000)) })}</Cards>
    </>
  );
}

function EndedVisits() {
  const { t } = useTranslation(['visit', 'record']);
  const language = useLanguage();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useEnded();
  const visits = data?.pages.flat();
  return (
    <>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!visits && !error ? <LoadingLines rows={6} /> : null}
      {visits?.length === 0 ? <NothingHere title={t('visit:desk.noneEnded')} /> : null}
      <Cards visits={visits ?? []}>{(visit) => formatMoment(visit.since, language)}</Cards>
      {hasNextPage ? (
        <div>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('record:documents.more')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Cards({ visits, children }: { visits: readonly Visit[]; children: (visit: Visit) => ReactNode }) {
  const { t } = useTranslation('visit');
  return (
    <ul className={lists.cards}>
      {visits.map((visit) => (
        <li key={visit.id} className="card">
          <Link to={`/online/${visit.id}`}>
            <strong>{visit.patient?.display ?? visit.id}</strong> {visit.diagnosis?.display} <Tag>{t(`state.${visit.state}`)}</Tag> {isFeeOpen(visit) ? <StatusTag tone="warning">{t('desk.unpaid', { fee: visit.fee.toFixed(2) })}</StatusTag> : null}
          </Link>
          <p className="muted">{visit.complaint}</p>
          <p className="muted">{children(visit)}</p>
        </li>
      ))}
    </ul>
  );
}
