import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { totalOf, type TypeCount } from './figures';
import styles from './Overview.module.css';
import { useCounts } from './useOverview';

const BarChart = lazy(async () => ({ default: (await import('../../shared/charts/BarChart')).BarChart }));

/** Bars that fit beside the table. */
const BARS = 14;

/** Resources per type: a chart of the most frequent and, beside it, the table of all. */
export function TypeCounts() {
  const { t } = useTranslation('console');
  const { data, error, refetch } = useCounts();
  return (
    <section className="card" aria-labelledby="types">
      <h2 id="types">{t('types.title')}</h2>
      <div className={styles.types}>
        {!data && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
        {!data && !error ? <LoadingLines rows={12} /> : null}
        {data?.length === 0 ? <NothingHere title={t('types.empty')}>{t('types.emptyHint')}</NothingHere> : null}
        {data && data.length > 0 ? <Filled counts={data} /> : null}
      </div>
    </section>
  );
}

function Filled({ counts }: { counts: TypeCount[] }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const typeName = useTypeName();
  const total = totalOf(counts);
  const bars = useMemo(
    () => counts.slice(0, BARS).map(({ type, count }) => ({ name: typeName(type), value: count, label: formatCount(count, language) })),
    [counts, typeName, language],
  );
  return (
    <>
      <Suspense fallback={<div className={styles.chart} />}>
        <BarChart bars={bars} className={styles.chart} label={t('types.chart', { count: bars.length })} />
      </Suspense>
      <div className={styles.tableScroll} role="region" aria-labelledby="types" tabIndex={0}>
        <table className="data">
          <thead>
            <tr>
              <th scope="col">{t('types.type')}</th>
              <th scope="col">FHIR</th>
              <th scope="col" className="number">
                {t('types.count')}
              </th>
              <th scope="col" className="number">
                {t('types.share')}
              </th>
            </tr>
          </thead>
          <tbody>
            {counts.map(({ type, count }) => (
              <tr key={type}>
                <td>{typeName(type)}</td>
                <td className="muted">{type}</td>
                <td className="number">{formatCount(count, language)}</td>
                <td className="number muted">{percent(count / total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const percent = (share: number) => (share < 0.001 ? '< 0.1%' : `${(share * 100).toFixed(1)}%`);
