import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { AuditEvent, Bundle } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { accessOf, type Access } from '../fhir/accesses';
import { nextLink, resourcesOf } from '../fhir/bundles';
import { follow, get } from '../fhir/client';
import { useNames } from '../fhir/names';
import { dayOf, formatDay, formatTime } from '../format/dates';
import { useCodeName, useLanguage, useTypeName } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import styles from './Record.module.css';

const PAGE = 100;

function useAccesses(patient: string) {
  return useInfiniteQuery({
    queryKey: ['record-accesses', patient],
    queryFn: ({ pageParam, signal }): Promise<Bundle> =>
      pageParam === undefined ? get<Bundle>(`AuditEvent?${new URLSearchParams({ patient, _count: String(PAGE) }).toString()}`, signal) : follow(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<AuditEvent>(page, 'AuditEvent')).map(accessOf),
    staleTime: 0,
  });
}

/** What one party did with the record on one day: a look is dozens of requests. */
type Look = { key: string; day: string; first: Access; last: Access; types: string[]; deeds: string[]; requests: number; refused: number };

export function looksOf(accesses: readonly Access[]): Look[] {
  const looks = new Map<string, Look>();
  // Newest first, as the trace comes.
  for (const access of accesses) {
    const day = dayOf(access.at) ?? '';
    const key = [day, access.role, access.account, access.practitioner, access.institution].join('|');
    const look = looks.get(key) ?? { key, day, first: access, last: access, types: [], deeds: [], requests: 0, refused: 0 };
    look.first = access;
    look.requests++;
    if (access.refused) look.refused++;
    if (access.type && !access.refused && !look.types.includes(access.type)) look.types.push(access.type);
    if (access.operation && !look.deeds.includes(access.operation)) look.deeds.push(access.operation);
    looks.set(key, look);
  }
  return [...looks.values()];
}

/** Who looked at this record, when, at what and why, the latest first. Staff are shown what they did themselves. */
export function AccessLog({ patient }: { patient: string }) {
  const { t } = useTranslation(['record', 'common']);
  const language = useLanguage();
  const typeName = useTypeName();
  const codeName = useCodeName();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useAccesses(patient);
  const looks = data && looksOf(data);
  const names = useNames((looks ?? []).flatMap(({ first }) => [first.practitioner, first.institution]));
  const nameOf = (reference: string | undefined) => (reference === undefined ? undefined : (names.get(reference) ?? reference));
  return (
    <section className="card" aria-label={t('record.accesses')}>
      <p className="muted small">{t('accesses.lead')}</p>
      {!looks && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!looks && !error ? <LoadingLines rows={8} /> : null}
      {looks?.length === 0 ? <NothingHere title={t('accesses.none')}>{t('accesses.noneHint')}</NothingHere> : null}
      <ul className={styles.accesses}>
        {looks?.map(({ key, day, first, last, types, requests, refused, deeds }) => {
          const [from, to] = [formatTime(first.at), formatTime(last.at)];
          return (
            <li key={key}>
              <span className="muted">
                {formatDay(day, language)}
                <span className={styles.second}>{from === to ? to : `${from}–${to}`}</span>
              </span>
              <span>
                <strong>{nameOf(last.practitioner) ?? (last.role === undefined ? t('common:unknown') : t(`accesses.role.${last.role as 'system'}`))}</strong>{' '}
                {deeds.includes('emergency-access') ? <StatusTag tone="alert">{t('accesses.emergency')}</StatusTag> : null} {refused > 0 ? <StatusTag tone="bad">{t('accesses.refused', { count: refused })}</StatusTag> : null}
                <span className={styles.second}>
                  {[nameOf(last.institution), last.purposes.map((code) => codeName('purpose', code)).join(t('record.listComma')) || undefined].filter(Boolean).join(' · ')}
                </span>
                <span className={styles.second}>{types.map(typeName).join(t('record.listComma'))}</span>
              </span>
              <span className="muted small">{t('accesses.requests', { count: requests })}</span>
            </li>
          );
        })}
      </ul>
      {isFetchNextPageError ? <LoadFailed error={error} onRetry={() => void fetchNextPage()} /> : null}
      {hasNextPage ? (
        <Button className={styles.foot} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('accesses.more')}
        </Button>
      ) : null}
    </section>
  );
}
