import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, Navigate } from 'react-router';
import { LoadFailed } from '../../shared/faces/Faces';
import { useErrorSentence } from '../../shared/faces/useErrorSentence';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { countOf, totalOf } from './figures';
import { LinkList } from './LinkList';
import { LoadList } from './LoadList';
import { runsPlatform, seesOverview, seesResidents, useMe, useRole } from '../useRole';
import { FiguresSkeleton, OverviewSkeleton } from './OverviewSkeleton';
import styles from './Overview.module.css';
import { ServerFacts } from './ServerFacts';
import { TypeCounts } from './TypeCounts';
import { useCounts, useLoads } from './useOverview';

/** Is it alive, what is in it, what is coming in, what was turned away. */
export function OverviewPage() {
  const { t } = useTranslation('console');
  const role = useRole();
  const who = useMe();
  if (role === undefined && who.error) return <LoadFailed error={who.error} onRetry={() => void who.refetch()} />;
  // A practitioner's first page: counts are none of theirs.
  if (role !== undefined && !seesOverview(role)) return <Navigate to={role === 'resident' ? '/residents' : '/emergencies'} replace />;
  return role === undefined ? <OverviewSkeleton /> : <Overview runs={runsPlatform(role)} title={t('overview.title')} />;
}

/** @param runs whether the viewer runs the platform: loads and links are the operators' */
function Overview({ runs, title }: { runs: boolean; title: string }) {
  const { t } = useTranslation('console');
  return (
    <div className={styles.page}>
      <PageTitle page={title} />
      <div className={styles.head}>
        <h1>{title}</h1>
        <Link to="/region">{t('overview.region')}</Link>
      </div>
      <Stale />
      <Figures runs={runs} />
      <div className={styles.columns}>
        <TypeCounts />
        <div className={styles.side}>
          {runs ? <LoadList /> : null}
          <LinkList />
          <ServerFacts runs={runs} />
        </div>
      </div>
    </div>
  );
}

/** Figures that could not be renewed are still shown, and said to be old. */
function Stale() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const sentenceOf = useErrorSentence();
  const old = [useCounts(), useLoads()].find(({ isRefetchError }) => isRefetchError);
  if (!old) return null;
  const since = formatMoment(new Date(old.dataUpdatedAt).toISOString(), language);
  return <Alert type="warning" showIcon role="alert" title={sentenceOf(old.error).sentence} description={t('overview.stale', { since })} />;
}

function Figures({ runs }: { runs: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const role = useRole();
  const counts = useCounts();
  const loads = useLoads();
  if (!counts.data) return counts.error ? <LoadFailed error={counts.error} onRetry={() => void counts.refetch()} /> : <FiguresSkeleton />;
  const refused = loads.data?.reduce((sum, load) => sum + load.refused, 0);
  const running = loads.data?.filter(({ state }) => state === 'running').length;
  const number = (value: number | undefined) => (value === undefined ? '–' : formatCount(value, language));
  const figures: { name: string; value: string; to?: string; alarming?: boolean }[] = [
    { name: t('overview.total'), value: number(totalOf(counts.data)) },
    { name: t('overview.residents'), value: number(countOf(counts.data, 'Patient')), ...(seesResidents(role) ? { to: '/residents' } : {}) },
    { name: t('overview.encounters'), value: number(countOf(counts.data, 'Encounter')) },
    { name: t('overview.organizations'), value: number(countOf(counts.data, 'Organization')) },
    ...(runs
      ? [
          { name: t('overview.running'), value: number(running) },
          { name: t('overview.refused'), value: number(refused), alarming: (refused ?? 0) > 0 },
        ]
      : []),
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, to, alarming }) => (
        <div key={name} className={`card ${styles.figure}`}>
          <dt>{to ? <Link to={to}>{name}</Link> : name}</dt>
          <dd className={alarming ? styles.alarming : undefined}>
            {value}
            {alarming ? <span className={styles.alarmWord}>{t('overview.look')}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}
