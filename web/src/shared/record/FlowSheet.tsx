import { Button, Input, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { Curve } from './Curve';
import { isAbnormal, resultOn, sheetOf, type Row } from './flowSheet';
import styles from './FlowSheet.module.css';
import { useResults } from './useRecord';
import { Value } from './Value';

const COLUMNS = 12;

const SHOWS = ['all', 'abnormal', 'laboratory', 'vital-signs'] as const;
type Show = (typeof SHOWS)[number];

const shows = (row: Row, show: Show) => show === 'all' || (show === 'abnormal' ? isAbnormal(row) : row.category === show);

/** Results as a sheet: a row per measured thing with its line, a column per day. */
export function FlowSheet({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const [address, setAddress] = useSearchParams();
  const [name, setName] = useState('');
  const { results, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useResults(patient);
  const show: Show = SHOWS.find((known) => known === address.get('show')) ?? 'all';
  const rows = useMemo(() => (results ? sheetOf(results, COLUMNS).rows : undefined), [results]);
  const wanted = rows?.filter((row) => shows(row, show) && row.name.toLowerCase().includes(name.trim().toLowerCase()));

  return (
    <section className={styles.sheet} aria-label={t('record.results')}>
      <div className={styles.tools}>
        <Segmented
          value={show}
          onChange={(next) => setAddress({ view: 'results', show: next }, { replace: true })}
          aria-label={t('results.show')}
          options={SHOWS.map((value) => ({ value, label: t(`results.${value}`) }))}
        />
        <Input className={styles.find} value={name} onChange={(event) => setName(event.target.value)} allowClear placeholder={t('results.find')} aria-label={t('results.find')} />
      </div>
      {!rows && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!rows && !error ? <LoadingLines rows={14} /> : null}
      {rows?.length === 0 ? <NothingHere title={t('results.empty')}>{t('results.emptyHint')}</NothingHere> : null}
      {rows && rows.length > 0 && wanted?.length === 0 ? <NothingHere title={t('results.noMatch')}>{t('results.noMatchHint')}</NothingHere> : null}
      {wanted && wanted.length > 0 ? <Sheet rows={wanted} /> : null}
      {isFetchNextPageError ? <LoadFailed error={error} onRetry={() => void fetchNextPage()} /> : null}
      {rows && hasNextPage ? (
        <Button className={styles.earlier} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('results.earlier')}
        </Button>
      ) : null}
    </section>
  );
}

/** Only days on which one of `rows` has a value get a column: a filter leaves no empty ones. */
function Sheet({ rows }: { rows: Row[] }) {
  const { t } = useTranslation('record');
  const { days } = sheetOf(rows.flatMap(({ results }) => results), COLUMNS);
  return (
    <div className={`card ${styles.scroll}`} role="region" aria-label={t('record.results')} tabIndex={0}>
      <table className={`data ${styles.table}`}>
        <thead>
          <tr>
            <th scope="col">{t('results.item')}</th>
            <th scope="col">{t('results.trend')}</th>
            <th scope="col" className={styles.range}>
              {t('results.range')}
            </th>
            {days.map((day) => (
              <th key={day} scope="col" className="number">
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                {row.name} {row.unit ? <span className="muted small">{row.unit}</span> : null}
                {row.results[0]?.range ? (
                  <span className={`muted small ${styles.rangeBelow}`} aria-hidden="true">
                    {row.results[0].range}
                  </span>
                ) : null}
              </th>
              <td>
                <Curve row={row} height={28} className={styles.spark} label={(said) => t('results.course', said)} />
              </td>
              <td className={`muted ${styles.range}`}>{row.results[0]?.range}</td>
              {days.map((day) => {
                const result = resultOn(row, day);
                return (
                  <td key={day} className={`number ${styles.cell}`}>
                    {result ? <Value result={result} aligned /> : null}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
