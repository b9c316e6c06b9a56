import { Button, Checkbox, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { idOf } from '../../shared/fhir/words';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { FigureCards } from '../FigureCards';
import { HitLine } from '../../shared/supervision/HitLine';
import { SatisfactionCard } from '../../shared/supervision/SatisfactionCard';
import styles from '../../shared/supervision/Supervision.module.css';
import '../../shared/supervision/texts';
import { isOpen, useAct, useCases, useCounts, useHits, useScores, type Count, type Hit } from '../../shared/supervision/useSupervision';

const USUAL_HOURS = '168';

const sum = (counts: Count[], of: (count: Count) => number) => counts.reduce((total, one) => total + of(one), 0);

/** 互联网诊疗监管: what is unusual first, by rule, with yesterday and last month; the acts with reasons; the score of each hospital. */
export function SupervisionPage() {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const counts = useCounts();
  const scores = useScores();
  const cases = useCases(undefined);
  const [query, setQuery] = useSearchParams();
  const rule = query.get('rule') ?? undefined;
  const institution = query.get('institution') ?? undefined;
  const choose = (name: 'rule' | 'institution', value: string | undefined) =>
    setQuery(
      (now) => {
        if (value === undefined) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const number = (value: number) => formatCount(value, language);
  const open = cases.data?.filter(({ state }) => isOpen(state)) ?? [];
  const worst = scores.data?.scores[0];
  return (
    <div className={styles.page}>
      <PageTitle page={t('title')} />
      <div className={styles.head}>
        <h1>{t('title')}</h1>
        <nav className={styles.links} aria-label={t('more')}>
          <Link to="/supervision/cases">{t('cases')}</Link>
          <Link to="/supervision/complaints">{t('complaints')}</Link>
          <Link to="/supervision/rules">{t('rules')}</Link>
        </nav>
      </div>
      <p className="muted">{t('lead')}</p>
      {counts.data === undefined ? (
        <div className="card">{counts.error ? <LoadFailed error={counts.error} onRetry={() => void counts.refetch()} /> : <LoadingLines rows={2} />}</div>
      ) : (
        <FigureCards
          shown={[
            { name: t('figures.today'), value: number(sum(counts.data, ({ today }) => today)), hint: t('figures.yesterday', { number: number(sum(counts.data, ({ yesterday }) => yesterday)) }), alarming: sum(counts.data, ({ today }) => today) > 0 },
            { name: t('figures.month'), value: number(sum(counts.data, ({ month }) => month)), hint: t('figures.lastMonth', { number: number(sum(counts.data, ({ lastMonth }) => lastMonth)) }) },
            { name: t('figures.open'), value: number(open.length), hint: t('figures.openHint', { number: number(open.filter(({ state }) => state === 'escalated').length) }), to: '/supervision/cases' },
            { name: t('figures.lowest'), value: worst ? worst.score.toFixed(1) : '–', hint: worst?.institution?.display ?? t('figures.none') },
          ]}
        />
      )}
      <div className={styles.columns}>
        <Hits rule={rule} institution={institution} onClear={() => setQuery({}, { replace: true, preventScrollReset: true })} />
        <div className={styles.side}>
          <section className={`card ${styles.card}`} aria-labelledby="kinds">
            <h2 id="kinds">{t('kinds.title')}</h2>
            {counts.data === undefined ? (
              <LoadingLines rows={4} />
            ) : counts.data.length === 0 ? (
              <NothingHere title={t('kinds.none')}>{t('kinds.noneHint')}</NothingHere>
            ) : (
              <div className={styles.scroll} tabIndex={0} role="region" aria-labelledby="kinds">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{t('kinds.rule')}</th>
                      {(['today', 'yesterday', 'month', 'lastMonth'] as const).map((name) => (
                        <th key={name} scope="col" className={styles.number}>
                          {t(`kinds.${name}`)}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {[...counts.data]
                      .sort((one, other) => other.today - one.today || other.month - one.month)
                      .map((one) => (
                        <tr key={one.rule}>
                          <th scope="row">
                            <button type="button" aria-pressed={rule === one.rule} onClick={() => choose('rule', rule === one.rule ? undefined : one.rule)}>
                              {one.title}
                            </button>
                          </th>
                          {([one.today, one.yesterday, one.month, one.lastMonth] as const).map((value, index) => (
                            <td key={index} className={styles.number}>
                              {number(value)}
                            </td>
                          ))}
                        </tr>
                      ))}
                  </tbody>
                </table>
              </div>
            )}
          </section>
          <section className={`card ${styles.card}`} aria-labelledby="scores">
            <h2 id="scores">{t('scores.title')}</h2>
            {scores.data === undefined ? (
              scores.error ? (
                <LoadFailed error={scores.error} onRetry={() => void scores.refetch()} compact />
              ) : (
                <LoadingLines rows={4} />
              )
            ) : scores.data.scores.length === 0 ? (
              <NothingHere title={t('scores.none')} />
            ) : (
              <>
                <ul className={styles.list}>
                  {scores.data.scores.map((score) => (
                    <li key={score.institution?.reference ?? ''}>
                      <div className={styles.row}>
                        <Button type="link" size="small" onClick={() => choose('institution', idOf(score.institution?.reference))}>
                          {score.institution?.display ?? score.institution?.reference}
                        </Button>
                        <strong>{score.score.toFixed(1)}</strong>
                      </div>
                      <span className="muted small">
                        {t('scores.visits')} {number(score.visits)} ·{' '}
                        {score.taken.length === 0 ? t('scores.nothing') : score.taken.map(({ title, hits, lost }) => t('scores.one', { title, hits: number(hits), lost })).join(' · ')}
                      </span>
                    </li>
                  ))}
                </ul>
                <p className="muted small">{t('scores.formula', scores.data.formula)}</p>
              </>
            )}
          </section>
          <SatisfactionCard named />
        </div>
      </div>
    </div>
  );
}

function Hits({ rule, institution, onClear }: { rule: string | undefined; institution: string | undefined; onClear: () => void }) {
  const { t } = useTranslation('supervision');
  const hits = useHits({ rule, institution });
  const [chosen, setChosen] = useState<Hit[]>([]);
  const of = chosen[0]?.institution?.reference;
  const toggle = (hit: Hit) => setChosen((now) => (now.some(({ key }) => key === hit.key) ? now.filter(({ key }) => key !== hit.key) : [...now, hit]));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="hits">
      <div className={styles.row}>
        <h2 id="hits">{t('hits.title')}</h2>
        {rule !== undefined || institution !== undefined ? (
          <Button size="small" onClick={onClear}>
            {t('hits.clear')}
          </Button>
        ) : null}
      </div>
      {chosen.length > 0 ? <Warn chosen={chosen} onDone={() => setChosen([])} /> : null}
      {hits.data === undefined ? (
        hits.error ? (
          <LoadFailed error={hits.error} onRetry={() => void hits.refetch()} />
        ) : (
          <LoadingLines rows={8} />
        )
      ) : hits.data.length === 0 ? (
        <NothingHere title={t('hits.none')}>{t('hits.noneHint')}</NothingHere>
      ) : (
        <ul className={styles.list}>
          {hits.data.map((hit) => (
            <HitLine
              links
              key={`${hit.key}|${hit.trial}|${hit.stopped}`}
              hit={hit}
              choice={
                hit.inCase === undefined && !hit.trial ? (
                  <Checkbox
                    aria-label={t('hits.choose', { title: hit.title })}
                    checked={chosen.some(({ key }) => key === hit.key)}
                    disabled={of !== undefined && of !== hit.institution?.reference}
                    onChange={() => toggle(hit)}
                  />
                ) : null
              }
            />
          ))}
        </ul>
      )}
      {hits.hasNextPage ? (
        <Button onClick={() => void hits.fetchNextPage()} loading={hits.isFetchingNextPage}>
          {t('hits.more')}
        </Button>
      ) : null}
    </section>
  );
}

/** What is typed stays when it is refused. */
function Warn({ chosen, onDone }: { chosen: Hit[]; onDone: () => void }) {
  const { t } = useTranslation('supervision');
  const navigate = useNavigate();
  const [words, setWords] = useState('');
  const [hours, setHours] = useState(USUAL_HOURS);
  const warn = useAct('$supervision-warn');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    warn.mutate(
      { hit: chosen.map(({ key }) => key), institution: chosen[0]?.institution?.reference ?? '', words: words.trim(), hours },
      {
        onSuccess: (answer) => {
          onDone();
          const task = answer.parameter?.find(({ name }) => name === 'task')?.valueReference?.reference;
          void navigate(`/supervision/cases?id=${encodeURIComponent(task ?? '')}`);
        },
      },
    );
  };
  return (
    <form className={styles.form} aria-label={t('warn.title')} onSubmit={submit} noValidate>
      <span className={styles.tags}>
        <strong>{t('warn.chosen', { count: chosen.length })}</strong>
        <span className="muted small">{t('warn.hint')}</span>
      </span>
      <label>
        {t('warn.words')}
        <Input.TextArea value={words} rows={2} maxLength={1000} onChange={(event) => setWords(event.target.value)} />
      </label>
      <label>
        {t('warn.hours')}
        <Input value={hours} inputMode="numeric" maxLength={4} onChange={(event) => setHours(event.target.value)} />
      </label>
      {warn.error ? <LoadFailed error={warn.error} compact /> : null}
      <div className={styles.actions}>
        <Button type="primary" htmlType="submit" disabled={words.trim().length < 2} loading={warn.isPending}>
          {t('warn.send')}
        </Button>
      </div>
    </form>
  );
}
