import { Button, Select } from 'antd';
import { lazy, Suspense, useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { today } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { runsPlatform, useMe, useRole } from '../useRole';
import { FindingList } from './FindingList';
import styles from './Quality.module.css';
import { DIMENSIONS, useOpen, useScores, type RuleScore, type Scope, type Score } from './useQuality';

const LineChart = lazy(async () => ({ default: (await import('../../shared/charts/LineChart')).LineChart }));
const BarChart = lazy(async () => ({ default: (await import('../../shared/charts/BarChart')).BarChart }));

const DAY = 86_400_000;
const PERIODS = ['7', '30', '90', '365'] as const;
/** Rules shown before one asks for more. */
const RULES = 12;

/** The day `days` before another. */
export const daysBefore = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY).toISOString().slice(0, 10);

/** 数据质量: how good what institutions send is, what stands out, and what is to be done. */
export function QualityPage() {
  const { t } = useTranslation('console');
  const role = useRole();
  const { data: me } = useMe();
  const [query, setQuery] = useSearchParams();
  const days = PERIODS.find((period) => period === query.get('days')) ?? '30';
  const own = role === 'practitioner' || role === 'system';
  const institution = own ? me?.institution || undefined : (query.get('institution') ?? undefined);
  const to = today();
  const scope: Scope = { institution, from: daysBefore(to, Number(days) - 1), to };
  const set = (name: string, value: string | undefined) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { preventScrollReset: true },
    );
  return (
    <div className={styles.page}>
      <PageTitle page={t('quality.title')} />
      <div className={styles.head}>
        <h1>{t('quality.title')}</h1>
        <nav className={styles.links} aria-label={t('quality.more')}>
          <Link to="/quality/rules">{t('quality.rules')}</Link>
          <Link to={`/quality/report${institution && !own ? `?institution=${encodeURIComponent(institution)}` : ''}`}>{t('quality.report')}</Link>
        </nav>
      </div>
      <div className={styles.filters}>
        {own ? null : <InstitutionFilter scope={scope} onChange={(value) => set('institution', value)} />}
        <Filter label={t('quality.period')} value={days} options={PERIODS.map((one) => ({ value: one, label: t(`quality.periods.${one}`) }))} onChange={(value) => set('days', value)} />
      </div>
      {role === undefined ? (
        <LoadingLines rows={8} />
      ) : (
        <>
          <Figures scope={scope} days={Number(days)} />
          <div className={styles.columns}>
            <Trend scope={scope} />
            <Dimensions scope={scope} />
          </div>
          {institution === undefined && !own ? <Institutions scope={scope} onChoose={(value) => set('institution', value)} /> : null}
          <Rules scope={scope} chosen={query.get('rule') ?? undefined} onChoose={(value) => set('rule', value)} withInstitution={institution === undefined} />
          <FindingList
            institution={institution}
            rule={query.get('rule') ?? undefined}
            state={query.get('state') ?? ''}
            onRule={(value) => set('rule', value)}
            onState={(value) => set('state', value || undefined)}
            own={own || role === 'root'}
            decides={runsPlatform(role)}
          />
        </>
      )}
    </div>
  );
}

export function Filter({ label, value, options, onChange }: { label: string; value: string; options: { value: string; label: string }[]; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <span className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <Select id={id} value={value} options={options} onChange={onChange} popupMatchSelectWidth={false} style={{ minWidth: 160 }} />
    </span>
  );
}

const idOf = (reference: string | undefined) => reference?.slice('Organization/'.length);

/** Those that sent something in the period, and the chosen one. */
function InstitutionFilter({ scope, onChange }: { scope: Scope; onChange: (value: string | undefined) => void }) {
  const { t } = useTranslation('console');
  const { data } = useScores({ ...scope, institution: undefined }, 'institution');
  const ids = useMemo(() => [...new Set([...(data ?? []).map(({ institution }) => idOf(institution)), scope.institution])].filter((id): id is string => id !== undefined), [data, scope.institution]);
  const names = useNames(ids.map((id) => `Organization/${id}`));
  const options = [{ value: '', label: t('quality.all') }, ...ids.map((id) => ({ value: id, label: names.get(`Organization/${id}`) ?? id }))];
  return <Filter label={t('quality.institution')} value={scope.institution ?? ''} options={options} onChange={(value) => onChange(value || undefined)} />;
}

export const percent = (score: number | undefined): string => (score === undefined ? '–' : `${score.toFixed(1)}%`);

function Figures({ scope, days }: { scope: Scope; days: number }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const now = useScores(scope, 'none');
  const before = useScores({ ...scope, from: daysBefore(scope.from, days), to: daysBefore(scope.from, 1) }, 'none');
  const open = useOpen(scope);
  if (!now.data) return now.error ? <LoadFailed error={now.error} onRetry={() => void now.refetch()} /> : <LoadingLines rows={2} />;
  const sum = now.data[0];
  const earlier = before.data?.[0]?.score;
  const change = sum?.score !== undefined && earlier !== undefined ? sum.score - earlier : undefined;
  const still = open.data?.reduce((total, rule) => total + rule.open, 0);
  const figures: { name: string; value: string; hint?: string; alarming?: boolean }[] = [
    { name: t('quality.score'), value: percent(sum?.score), ...(change === undefined ? {} : { hint: t('quality.before', { change: `${change > 0 ? '+' : ''}${change.toFixed(1)}` }) }) },
    { name: t('quality.records'), value: formatCount(sum?.records ?? 0, language), hint: t('quality.checks', { number: formatCount(sum?.checks ?? 0, language) }) },
    { name: t('quality.open'), value: still === undefined ? '–' : formatCount(still, language), alarming: (still ?? 0) > 0 },
    { name: t('quality.opened'), value: formatCount(sum?.opened ?? 0, language), hint: t('quality.closed', { number: formatCount(sum?.closed ?? 0, language) }) },
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, hint, alarming }) => (
        <div key={name} className={`card ${styles.figure}`}>
          <dt>{name}</dt>
          <dd className={alarming ? styles.alarming : undefined}>{value}</dd>
          {hint ? <dd className={styles.hint}>{hint}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

/** Every day of the scope, those on which nothing came with no value. */
export function pointsOf(scores: Score[], { from, to }: Scope) {
  const byDay = new Map(scores.map(({ day, score }) => [day, score]));
  const points = [];
  for (let day = from; day <= to; day = daysBefore(day, -1)) points.push({ day, value: byDay.get(day) });
  return points;
}

/** A round number below all values, so that a line near 100 is not a flat one. */
export function floorOf(values: (number | undefined)[]): number {
  const least = Math.min(100, ...values.filter((value): value is number => value !== undefined));
  return Math.max(0, Math.floor((least - 1) / 5) * 5);
}

function Trend({ scope }: { scope: Scope }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const scores = useScores(scope, 'day');
  const points = useMemo(() => pointsOf(scores.data ?? [], scope), [scores.data, scope.from, scope.to]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <section className={`card ${styles.card}`} aria-labelledby="trend">
      <h2 id="trend">{t('quality.trend')}</h2>
      {!scores.data ? (
        scores.error ? (
          <LoadFailed error={scores.error} onRetry={() => void scores.refetch()} compact />
        ) : (
          <LoadingLines rows={6} />
        )
      ) : scores.data.length === 0 ? (
        <NothingHere title={t('quality.none')}>{t('quality.noneHint')}</NothingHere>
      ) : (
        <>
          <Suspense fallback={<div className={styles.chart} />}>
            <LineChart points={points} unit="%" least={floorOf(points.map(({ value }) => value))} most={100} label={t('quality.trendChart')} className={styles.chart} />
          </Suspense>
          <details>
            <summary>{t('quality.table')}</summary>
            <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('quality.trend')}>
              <table className="data">
                <thead>
                  <tr>
                    <th scope="col">{t('quality.day')}</th>
                    <th scope="col" className="number">
                      {t('quality.records')}
                    </th>
                    <th scope="col" className="number">
                      {t('quality.failed')}
                    </th>
                    <th scope="col" className="number">
                      {t('quality.score')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {[...scores.data].reverse().map(({ day, records, failed, score }) => (
                    <tr key={day}>
                      <td>{day}</td>
                      <td className="number">{formatCount(records, language)}</td>
                      <td className="number">{formatCount(failed, language)}</td>
                      <td className="number">{percent(score)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </section>
  );
}

function Dimensions({ scope }: { scope: Scope }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const scores = useScores(scope, 'none');
  const dimensions = useMemo(() => {
    const of = new Map((scores.data?.[0]?.dimensions ?? []).map((one) => [one.dimension, one]));
    return DIMENSIONS.flatMap((dimension) => of.get(dimension) ?? []);
  }, [scores.data]);
  const bars = useMemo(() => dimensions.map(({ dimension, score }) => ({ name: t(`quality.dimensions.${dimension as 'validity'}`), value: score ?? 0, label: percent(score) })), [dimensions, t]);
  return (
    <section className={`card ${styles.card}`} aria-labelledby="dimensions">
      <h2 id="dimensions">{t('quality.byDimension')}</h2>
      {!scores.data ? (
        scores.error ? (
          <LoadFailed error={scores.error} compact />
        ) : (
          <LoadingLines rows={6} />
        )
      ) : dimensions.length === 0 ? (
        <NothingHere title={t('quality.none')} />
      ) : (
        <>
          <Suspense fallback={<div className={styles.chart} />}>
            <BarChart bars={bars} label={t('quality.dimensionChart')} className={styles.chart} />
          </Suspense>
          <details>
            <summary>{t('quality.table')}</summary>
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">{t('quality.dimension')}</th>
                  <th scope="col" className="number">
                    {t('quality.checked')}
                  </th>
                  <th scope="col" className="number">
                    {t('quality.failed')}
                  </th>
                  <th scope="col" className="number">
                    {t('quality.score')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {dimensions.map(({ dimension, checks, failed, score }) => (
                  <tr key={dimension}>
                    <td>{t(`quality.dimensions.${dimension as 'validity'}`)}</td>
                    <td className="number">{formatCount(checks, language)}</td>
                    <td className="number">{formatCount(failed, language)}</td>
                    <td className="number">{percent(score)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </section>
  );
}

/** The worst first. */
function Institutions({ scope, onChoose }: { scope: Scope; onChoose: (id: string) => void }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const scores = useScores(scope, 'institution');
  const open = useOpen(scope);
  const names = useNames((scores.data ?? []).map(({ institution }) => institution));
  const still = new Map<string, number>();
  open.data?.forEach(({ institution, open: number }) => still.set(institution ?? '', (still.get(institution ?? '') ?? 0) + number));
  const sorted = [...(scores.data ?? [])].sort((a, b) => (a.score ?? 101) - (b.score ?? 101));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="institutions">
      <h2 id="institutions">{t('quality.byInstitution')}</h2>
      {!scores.data ? (
        scores.error ? (
          <LoadFailed error={scores.error} onRetry={() => void scores.refetch()} compact />
        ) : (
          <LoadingLines rows={5} />
        )
      ) : sorted.length === 0 ? (
        <NothingHere title={t('quality.none')}>{t('quality.noneHint')}</NothingHere>
      ) : (
        <div className={styles.tall} tabIndex={0} role="region" aria-labelledby="institutions">
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('quality.institution')}</th>
                <th scope="col" className="number">
                  {t('quality.records')}
                </th>
                <th scope="col" className="number">
                  {t('quality.failed')}
                </th>
                <th scope="col" className="number">
                  {t('quality.open')}
                </th>
                <th scope="col" className="number">
                  {t('quality.score')}
                </th>
              </tr>
            </thead>
            <tbody>
              {sorted.map(({ institution, records, failed, score }) => {
                const id = idOf(institution);
                return (
                  <tr key={institution ?? ''}>
                    <th scope="row">
                      {id === undefined ? (
                        <span className="muted">{t('quality.noInstitution')}</span>
                      ) : (
                        <Button type="link" className={styles.choose ?? ''} onClick={() => onChoose(id)}>
                          {names.get(institution ?? '') ?? id}
                        </Button>
                      )}
                    </th>
                    <td className="number">{formatCount(records, language)}</td>
                    <td className="number">{formatCount(failed, language)}</td>
                    <td className="number">{formatCount(still.get(institution ?? '') ?? 0, language)}</td>
                    <td className="number">{percent(score)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** What several institutions have in common is one line. */
export function byRule(rules: RuleScore[]): (RuleScore & { institutions: number })[] {
  const sums = new Map<string, RuleScore & { institutions: number }>();
  for (const rule of rules) {
    const sum = sums.get(rule.rule);
    if (sum) {
      sum.open += rule.open;
      sum.checks += rule.checks;
      sum.failed += rule.failed;
      sum.institutions += 1;
    } else {
      sums.set(rule.rule, { ...rule, institutions: 1 });
    }
  }
  return [...sums.values()].sort((a, b) => b.open - a.open || b.failed - a.failed);
}

/** What stands out: the rules with most open findings. */
function Rules({ scope, chosen, onChoose, withInstitution }: { scope: Scope; chosen: string | undefined; onChoose: (rule: string) => void; withInstitution: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const typeName = useTypeName();
  const [query, setQuery] = useSearchParams();
  const open = useOpen(scope);
  const all = query.get('all') === 'rules';
  const rules = useMemo(() => byRule(open.data ?? []), [open.data]);
  const shown = all ? rules : rules.slice(0, RULES);
  return (
    <section className={`card ${styles.card}`} aria-labelledby="standing-out">
      <h2 id="standing-out">{t('quality.standingOut')}</h2>
      {!open.data ? (
        open.error ? (
          <LoadFailed error={open.error} onRetry={() => void open.refetch()} compact />
        ) : (
          <LoadingLines rows={5} />
        )
      ) : rules.length === 0 ? (
        <NothingHere title={t('quality.nothingOpen')} />
      ) : (
        <>
          <div className={styles.scroll} tabIndex={0} role="region" aria-labelledby="standing-out">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">{t('quality.rule')}</th>
                  <th scope="col">{t('quality.dataset')}</th>
                  <th scope="col">{t('quality.dimension')}</th>
                  {withInstitution ? (
                    <th scope="col" className="number">
                      {t('quality.institutions')}
                    </th>
                  ) : null}
                  <th scope="col" className="number">
                    {t('quality.open')}
                  </th>
                  <th scope="col" className="number">
                    {t('quality.failedShare')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map(({ rule, title, dataset, dimension, open: number, checks, failed, institutions }) => (
                  <tr key={rule} aria-current={rule === chosen ? 'true' : undefined}>
                    <th scope="row">
                      <Button type="link" className={styles.choose ?? ''} onClick={() => onChoose(rule)}>
                        {title}
                      </Button>
                    </th>
                    <td>{typeName(dataset)}</td>
                    <td>{dimension ? t(`quality.dimensions.${dimension as 'validity'}`) : ''}</td>
                    {withInstitution ? <td className="number">{formatCount(institutions, language)}</td> : null}
                    <td className="number">{formatCount(number, language)}</td>
                    <td className="number">{checks === 0 ? '–' : percent((100 * failed) / checks)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {rules.length > shown.length ? (
            <Button
              onClick={() => {
                const next = new URLSearchParams(query);
                next.set('all', 'rules');
                setQuery(next, { preventScrollReset: true });
              }}
            >
              {t('quality.showAll', { number: formatCount(rules.length, language) })}
            </Button>
          ) : null}
        </>
      )}
    </section>
  );
}
