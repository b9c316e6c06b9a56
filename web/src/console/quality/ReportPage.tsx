import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { Bundle, MeasureReport } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';
import { useNames } from '../../shared/fhir/names';
import { formatDay, today } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { Filter, percent } from './QualityPage';
import styles from './Quality.module.css';
import { DIMENSIONS, saveFrom } from './useQuality';

/** A data set of an institution in a year. */
export type Line = { dataset: string; records: number; checks: number; passed: number; score: number | undefined; dimensions: Record<string, number> };

export function linesOf(report: MeasureReport): Line[] {
  return (report.group ?? []).map((group) => {
    const count = (code: string) => group.population?.find((one) => one.code?.coding?.[0]?.code === code)?.count ?? 0;
    return {
      dataset: group.code?.coding?.[0]?.code ?? '',
      records: count('initial-population'),
      checks: count('denominator'),
      passed: count('numerator'),
      score: group.measureScore?.value,
      dimensions: Object.fromEntries((group.stratifier?.[0]?.stratum ?? []).map((stratum) => [stratum.value?.coding?.[0]?.code ?? '', stratum.measureScore?.value ?? 0])),
    };
  });
}

/** 年度评估报告: by institution and data set, to be printed or taken into a table. */
export function ReportPage() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const [query, setQuery] = useSearchParams();
  const thisYear = Number(today().slice(0, 4));
  const year = Number(query.get('year') ?? thisYear);
  const institution = query.get('institution') ?? undefined;
  const asked = new URLSearchParams({ year: String(year), ...(institution ? { institution } : {}) });
  const report = useQuery({ queryKey: ['quality', 'report', asked.toString()], queryFn: async ({ signal }) => resourcesOf<MeasureReport>(await get<Bundle>(`$quality-report?${asked.toString()}`, signal), 'MeasureReport') });
  const names = useNames((report.data ?? []).map(({ reporter }) => reporter?.reference));
  const [failed, setFailed] = useState<unknown>();
  const title = t('report.title', { year });
  return (
    <div className={styles.page}>
      <PageTitle page={title} />
      <div className={styles.head}>
        <h1>{title}</h1>
        <nav className={`${styles.links} ${styles.noPrint}`} aria-label={t('quality.more')}>
          <Link to="/quality">{t('quality.title')}</Link>
        </nav>
      </div>
      <div className={`${styles.filters} ${styles.noPrint}`}>
        <Filter
          label={t('report.year')}
          value={String(year)}
          options={[0, 1, 2, 3].map((ago) => ({ value: String(thisYear - ago), label: String(thisYear - ago) }))}
          onChange={(value) => {
            const next = new URLSearchParams(query);
            next.set('year', value);
            setQuery(next);
          }}
        />
        <Button onClick={() => window.print()}>{t('report.print')}</Button>
        <Button
          onClick={() => {
            setFailed(undefined);
            saveFrom(`$quality-report?${asked.toString()}&as=csv`, `quality-report-${year}.csv`).catch(setFailed);
          }}
        >
          {t('findings.download')}
        </Button>
      </div>
      {failed ? <LoadFailed error={failed} compact /> : null}
      {!report.data ? (
        report.error ? (
          <LoadFailed error={report.error} onRetry={() => void report.refetch()} />
        ) : (
          <LoadingLines rows={10} />
        )
      ) : report.data.length === 0 ? (
        <section className="card">
          <NothingHere title={t('quality.none')} />
        </section>
      ) : (
        <>
          <p className="muted">{t('report.how', { from: formatDay(report.data[0]?.period.start, language), to: formatDay(report.data[0]?.period.end, language), made: formatDay(report.data[0]?.date, language) })}</p>
          {report.data[0]?.status === 'pending' ? <p className="muted">{t('report.pending')}</p> : null}
          {report.data.map((one, index) => (
            <Institution key={one.reporter?.reference ?? index} name={one.reporter?.reference ? (names.get(one.reporter.reference) ?? one.reporter.reference) : t('quality.noInstitution')} lines={linesOf(one)} />
          ))}
        </>
      )}
    </div>
  );
}

function Institution({ name, lines }: { name: string; lines: Line[] }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const typeName = useTypeName();
  const checks = lines.reduce((sum, line) => sum + line.checks, 0);
  const passed = lines.reduce((sum, line) => sum + line.passed, 0);
  return (
    <section className={`card ${styles.card}`} aria-label={name}>
      <div className={styles.head}>
        <h2>{name}</h2>
        <strong>{t('report.total', { score: percent(checks === 0 ? undefined : Math.floor((1000 * passed) / checks) / 10) })}</strong>
      </div>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={name}>
        <table className="data">
          <thead>
            <tr>
              <th scope="col">{t('quality.dataset')}</th>
              <th scope="col" className="number">
                {t('quality.records')}
              </th>
              {DIMENSIONS.map((dimension) => (
                <th key={dimension} scope="col" className="number">
                  {t(`quality.dimensions.${dimension}`)}
                </th>
              ))}
              <th scope="col" className="number">
                {t('quality.score')}
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.dataset}>
                <th scope="row">{typeName(line.dataset)}</th>
                <td className="number">{formatCount(line.records, language)}</td>
                {DIMENSIONS.map((dimension) => (
                  <td key={dimension} className="number">
                    {percent(line.dimensions[dimension])}
                  </td>
                ))}
                <td className="number">{percent(line.score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
