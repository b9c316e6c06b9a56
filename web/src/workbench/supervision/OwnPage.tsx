import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ComplaintCard } from '../../shared/complaint/ComplaintCard';
import { ComplaintList } from '../../shared/complaint/ComplaintList';
import { useComplaints } from '../../shared/complaint/complaints';
import '../../shared/complaint/texts';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment, today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { CaseCard, CaseTag } from '../../shared/supervision/CaseCard';
import { SatisfactionCard } from '../../shared/supervision/SatisfactionCard';
import { HitLine } from '../../shared/supervision/HitLine';
import styles from '../../shared/supervision/Supervision.module.css';
import '../../shared/supervision/texts';
import { counts, useCases, useHits, useScores } from '../../shared/supervision/useSupervision';

const PARTS = ['cases', 'complaints', 'score'] as const;
type Part = (typeof PARTS)[number];

/** 监管与投诉: what the own institution is asked by the authority and by residents, and its score with what explains it. */
export function OwnPage() {
  const { t } = useTranslation('supervision');
  const [query, setQuery] = useSearchParams();
  const part = PARTS.find((one) => one === query.get('part')) ?? 'cases';
  const id = query.get('id') ?? undefined;
  const choose = (values: { part: Part; id?: string }) => setQuery(values, { replace: true, preventScrollReset: true });
  return (
    <div className={styles.page}>
      <PageTitle page={t('own.title')} />
      <h1>{t('own.title')}</h1>
      <p className="muted">{t('own.lead')}</p>
      <div className={styles.scroll}>
        <Segmented value={part} options={PARTS.map((value) => ({ value, label: t(`own.${value}`) }))} onChange={(value) => choose({ part: value })} />
      </div>
      {part === 'cases' ? <Cases chosen={id} onChoose={(task) => choose({ part, id: task })} /> : part === 'complaints' ? <Complaints chosen={id} onChoose={(task) => choose({ part, id: task })} /> : <Score />}
    </div>
  );
}

type Chosen = { chosen: string | undefined; onChoose: (id: string) => void };

function Cases({ chosen, onChoose }: Chosen) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const list = useCases(undefined);
  const shown = chosen ?? list.data?.[0]?.task;
  if (list.data === undefined) return list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} /> : <LoadingLines rows={8} />;
  if (list.data.length === 0) return <NothingHere title={t('own.noCases')}>{t('own.noCasesHint')}</NothingHere>;
  return (
    <div className={styles.columns}>
      {shown === undefined ? <div /> : <CaseCard key={shown} task={shown} />}
      <section className={`card ${styles.card}`} aria-label={t('own.cases')}>
        <ul className={styles.list}>
          {list.data.map((one) => (
            <li key={one.task}>
              <button type="button" className={styles.item} aria-pressed={one.task === shown} onClick={() => onChoose(one.task)}>
                <span className={styles.row}>
                  <strong>
                    {t('case.opened')} {formatMoment(one.opened, language)}
                  </strong>
                  <CaseTag state={one.state} />
                </span>
                {one.deadline ? (
                  <span className="muted small">
                    {t('case.deadline')} {formatMoment(one.deadline, language)}
                  </span>
                ) : null}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Complaints({ chosen, onChoose }: Chosen) {
  const first = useComplaints(undefined).data?.[0]?.id;
  const shown = chosen ?? first;
  return (
    <div className={styles.columns}>
      {shown === undefined ? <div /> : <ComplaintCard key={shown} id={shown} />}
      <ComplaintList state={undefined} chosen={shown} onChoose={onChoose} />
    </div>
  );
}

function Score() {
  const { t } = useTranslation('supervision');
  const scores = useScores();
  const hits = useHits({ from: `${today().slice(0, 7)}-01` });
  if (scores.data === undefined || hits.data === undefined) {
    const failed = scores.error ?? hits.error;
    return failed ? <LoadFailed error={failed} onRetry={() => void Promise.all([scores.refetch(), hits.refetch()])} /> : <LoadingLines rows={8} />;
  }
  const own = scores.data.scores[0];
  const counted = hits.data.filter(counts);
  return (
    <div className={styles.columns}>
      <section className={`card ${styles.card}`} aria-labelledby="hits">
        <h2 id="hits">{t('hits.title')}</h2>
        {counted.length === 0 ? (
          hits.hasNextPage ? null : (
            <NothingHere title={t('hits.none')} />
          )
        ) : (
          <ul className={styles.list}>
            {counted.map((hit) => (
              <HitLine key={`${hit.key}|${hit.trial}|${hit.stopped}`} hit={hit} />
            ))}
          </ul>
        )}
        {hits.isFetchNextPageError ? <LoadFailed error={hits.error} onRetry={() => void hits.fetchNextPage()} /> : null}
        {hits.hasNextPage && !hits.isFetchNextPageError ? (
          <Button onClick={() => void hits.fetchNextPage()} loading={hits.isFetchingNextPage}>
            {t('hits.more')}
          </Button>
        ) : null}
      </section>
      <div className={styles.side}>
        <section className={`card ${styles.card}`} aria-labelledby="score">
          <div className={styles.row}>
            <h2 id="score">{t('own.month')}</h2>
            <strong>{own ? own.score.toFixed(1) : '–'}</strong>
          </div>
          {own === undefined ? (
            <p className="muted">{t('scores.none')}</p>
          ) : (
            <ul className={styles.list}>
              {own.taken.length === 0 ? <li>{t('scores.nothing')}</li> : own.taken.map((one) => <li key={one.rule}>{t('scores.one', one)}</li>)}
            </ul>
          )}
          <p className="muted small">{t('scores.formula', scores.data.formula)}</p>
        </section>
        <SatisfactionCard />
      </div>
    </div>
  );
}
