import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { spanOf } from '../../shared/format/dates';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Overview.module.css';
import { useHealth, useServer, useUptime } from './useOverview';

/** Which platform this is, whether it is well, and since when it runs. @param runs whether the viewer may read the metrics */
export function ServerFacts({ runs }: { runs: boolean }) {
  const { t } = useTranslation('console');
  const { data, error, refetch } = useServer();
  return (
    <section className="card" aria-labelledby="server">
      <h2 id="server">{t('server.title')}</h2>
      {!data && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={5} /> : null}
      {data ? (
        <dl className={styles.facts}>
          <Fact name={t('server.health')}>
            <Health />
          </Fact>
          {runs ? (
            <Fact name={t('server.uptime')}>
              <Uptime />
            </Fact>
          ) : null}
          <Fact name={t('server.software')}>{[data.software?.name, data.software?.version].filter(Boolean).join(' ')}</Fact>
          <Fact name={t('server.fhir')}>{data.fhirVersion}</Fact>
          <Fact name={t('server.types')}>{t('server.typeCount', { count: data.rest?.[0]?.resource?.length ?? 0 })}</Fact>
        </dl>
      ) : null}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Health() {
  const { t } = useTranslation('console');
  const { data, error } = useHealth();
  if (error) return <StatusTag tone="bad">{t('server.unreachable')}</StatusTag>;
  if (data === undefined) return <>…</>;
  return data === 'UP' ? <StatusTag tone="good">{t('server.up')}</StatusTag> : <StatusTag tone="bad">{t('server.down', { status: data })}</StatusTag>;
}

function Uptime() {
  const { t } = useTranslation(['console', 'common']);
  const { data, error } = useUptime();
  if (data === undefined) return <>{error ? t('common:unknown') : '…'}</>;
  if (data === null) return <>{t('common:unknown')}</>;
  const { days, hours, minutes, seconds } = spanOf(data * 1000);
  if (days > 0) return <>{t('server.days', { days, hours })}</>;
  if (hours > 0) return <>{t('server.hours', { hours, minutes })}</>;
  return <>{t('server.minutes', { minutes, seconds })}</>;
}
