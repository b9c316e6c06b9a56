import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatAgo } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { color } from '../../shared/theme/tokens';
import type { Load, LoadState } from './figures';
import styles from './Overview.module.css';
import { useLoads } from './useOverview';

/** Loads in progress, and what became of the last ones. */
export function LoadList() {
  const { t } = useTranslation('console');
  const { data, error, refetch } = useLoads();
  return (
    <section className="card" aria-labelledby="loads">
      <h2 id="loads">{t('loads.title')}</h2>
      {!data && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={3} /> : null}
      {data?.length === 0 ? (
        <NothingHere title={t('loads.empty')}>
          <p>{t('loads.emptyHint')}</p>
          <code>./helan load {t('loads.path')}</code>
        </NothingHere>
      ) : null}
      {data && data.length > 0 ? (
        <ul className={styles.loads}>
          {data.map((load) => (
            <LoadRow key={load.id} load={load} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

const LOOKS: Record<LoadState, { tone: Tone; bar: string }> = {
  running: { tone: 'running', bar: color.primary },
  done: { tone: 'good', bar: color.success },
  stalled: { tone: 'warning', bar: color.warning },
  failed: { tone: 'bad', bar: color.error },
};

function LoadRow({ load }: { load: Load }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const number = (value: number) => formatCount(value, language);
  const { tone, bar } = LOOKS[load.state];
  const percent = load.total ? Math.floor((load.done / load.total) * 100) : undefined;
  return (
    <li className={styles.load}>
      <div className={styles.loadHead}>
        <span className={styles.loadSource} title={load.source}>
          {load.source}
        </span>
        <StatusTag tone={tone}>{t(`loads.${load.state}`)}</StatusTag>
      </div>
      {percent === undefined ? null : (
        <Progress percent={percent} strokeColor={bar} aria-label={load.source} format={() => `${number(load.done)} / ${number(load.total ?? 0)}`} />
      )}
      <p className={`small muted ${styles.loadFacts}`}>
        <span>{t('loads.resources', { count: load.resources, number: number(load.resources) })}</span>
        {load.rate === undefined ? null : <span>{t('loads.rate', { number: number(Math.round(load.rate)) })}</span>}
        {load.refused > 0 ? <strong className={styles.refused}>{t('loads.refused', { number: number(load.refused) })}</strong> : <span>{t('loads.noneRefused')}</span>}
        <span>{t(load.state === 'running' ? 'loads.started' : 'loads.updated', { when: formatAgo(load.state === 'running' ? load.started : load.updated, Date.now(), language) })}</span>
      </p>
    </li>
  );
}
