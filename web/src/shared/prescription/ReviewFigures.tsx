import './texts';
import { useQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { get } from '../fhir/client';
import { today } from '../format/dates';
import { formatCount } from '../format/numbers';
import { useLanguage } from '../i18n/i18n';
import type { CommentCode } from './prescriptions';
import styles from './Prescription.module.css';

type Line = { of: string; name: string; parts: Parts; codes: { code: CommentCode; count: number }[] };

const lineOf = (parts: Parts): Line => {
  const of = parts.reference('of');
  return { of: of?.reference ?? '', name: of?.display ?? of?.reference ?? '', parts, codes: parts.parts('byCode').map((one) => ({ code: (one.text('code') ?? '') as CommentCode, count: one.number('count') ?? 0 })) };
};

const useFigures = (month: string, institution: string | undefined, by: boolean) =>
  useQuery({
    queryKey: ['review-figures', month, institution, by],
    enabled: /^\d{4}-\d{2}$/.test(month),
    queryFn: async ({ signal }) => {
      const answer = await get<Parameters>(`$review-figures?${new URLSearchParams({ month, ...(institution ? { institution } : {}), ...(by ? { by: 'pharmacist' } : {}) }).toString()}`, signal);
      const [now] = repetitionsOf(answer, 'now');
      return {
        now: now && { undecided: now.number('undecided') ?? 0, late: now.number('late') ?? 0, more: now.flag('more') ?? false },
        institutions: repetitionsOf(answer, 'institution').map(lineOf),
        pharmacists: repetitionsOf(answer, 'pharmacist').map(lineOf),
        mayByPharmacist: repetitionsOf(answer, 'may')[0]?.flag('byPharmacist') ?? false,
      };
    },
  });

/** Figures of pharmacists' work in a month. `overall`: of all institutions, any of which opens. */
export function ReviewFigures({ overall = false }: { overall?: boolean }) {
  const { t } = useTranslation('prescription');
  const [month, setMonth] = useState(today().slice(0, 7));
  const [institution, setInstitution] = useState<string>();
  const [asked, setAsked] = useState(false);
  const first = useFigures(month, institution, asked && (!overall || institution !== undefined));
  const { data, error, refetch } = first;
  const codes = new Map<CommentCode, number>();
  for (const line of data?.institutions ?? []) for (const { code, count } of line.codes) codes.set(code, (codes.get(code) ?? 0) + count);
  return (
    <div className={styles.figures}>
      <p className="muted">{t('figures.lead')}</p>
      <div className={styles.filters}>
        <label>
          {t('figures.month')}
          <input type="month" value={month} max={today().slice(0, 7)} onChange={(event) => setMonth(event.target.value)} />
        </label>
        {data?.mayByPharmacist ? (
          <label className={styles.check}>
            <input type="checkbox" checked={asked} onChange={(event) => setAsked(event.target.checked)} />
            {t('figures.byPharmacist')}
          </label>
        ) : null}
        {overall && institution ? (
          <button
            type="button"
            onClick={() => {
              setInstitution(undefined);
              setAsked(false);
            }}
          >
            {t('figures.all')}
          </button>
        ) : null}
      </div>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={5} /> : null}
      {data?.now ? <p>{t(data.now.more ? 'figures.nowMore' : 'figures.now', { undecided: data.now.undecided, late: data.now.late })}</p> : null}
      {data?.institutions.length === 0 ? <NothingHere title={t('figures.none')} /> : null}
      {data && data.institutions.length > 0 ? <Table head={t('figures.institution')} lines={data.institutions} {...(overall && !institution ? { onOpen: (of: string) => setInstitution(of.split('/').pop()) } : {})} /> : null}
      {data && data.pharmacists.length > 0 ? <Table head={t('figures.pharmacist')} lines={data.pharmacists} /> : null}
      {codes.size > 0 ? (
        <section className="card" aria-labelledby="by-code">
          <h2 id="by-code">{t('figures.byCode')}</h2>
          <table className="data">
            <tbody>
              {[...codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => (
                <tr key={code}>
                  <td>
                    {code} {t(`code.${code}`)}
                  </td>
                  <td className="number">{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </div>
  );
}

const COUNTS = ['reviewed', 'passed', 'returned', 'refused', 'late'] as const;

function Table({ head, lines, onOpen }: { head: string; lines: readonly Line[]; onOpen?: (of: string) => void }) {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  return (
    <div className={`card ${styles.scroll}`} tabIndex={0} role="region" aria-label={head}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {COUNTS.map((count) => (
              <th key={count} scope="col" className="number">
                {t(`figures.${count}`)}
              </th>
            ))}
            <th scope="col" className="number">
              {t('figures.median')}
            </th>
            <th scope="col" className="number">
              {t('figures.p95')}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ of, name, parts }) => (
            <tr key={of}>
              <th scope="row" className={styles.drug}>
                {onOpen ? (
                  <button type="button" className={styles.link} onClick={() => onOpen(of)}>
                    {name}
                  </button>
                ) : (
                  name
                )}
              </th>
              {COUNTS.map((count) => (
                <td key={count} className="number">
                  {formatCount(parts.number(count) ?? 0, language)}
                </td>
              ))}
              <td className="number">{t('figures.minutes', { minutes: parts.number('medianMinutes') ?? 0 })}</td>
              <td className="number">{t('figures.minutes', { minutes: parts.number('p95Minutes') ?? 0 })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
