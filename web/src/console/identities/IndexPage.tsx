import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatAgo, formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Identities.module.css';
import { useIndex, useRebuild, type IndexState } from './useIdentities';

/** 居民主索引: how many people and records, what waits for people, how far it is behind. */
export function IndexPage() {
  const { t } = useTranslation('console');
  const index = useIndex();
  return (
    <div className={styles.page}>
      <PageTitle page={t('identities.title')} />
      <div className={styles.head}>
        <h1>{t('identities.title')}</h1>
        <Link to="/identities/review">{t('identities.toReview')}</Link>
      </div>
      <p className="muted">{t('identities.lead')}</p>
      {index.data === undefined ? (
        <div className="card">{index.error ? <LoadFailed error={index.error} onRetry={() => void index.refetch()} /> : <LoadingLines rows={8} />}</div>
      ) : (
        <>
          {index.error ? <LoadFailed error={index.error} onRetry={() => void index.refetch()} compact /> : null}
          <Figures state={index.data} />
          <Waiting state={index.data} />
          <Upkeep state={index.data} />
        </>
      )}
    </div>
  );
}

function Figures({ state }: { state: IndexState }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const count = (value: number) => formatCount(value, language);
  const figures: { name: string; value: string; hint?: string; alarming?: boolean }[] = [
    { name: t('identities.persons'), value: count(state.persons) },
    { name: t('identities.records'), value: count(state.records) },
    { name: t('identities.linked'), value: count(state.linked), hint: t('identities.linkedHint') },
    { name: t('identities.waiting'), value: count(state.waiting), alarming: state.waiting > 0 },
    { name: t('identities.lag'), value: state.lag === undefined ? '–' : count(state.lag), hint: t('identities.lagHint') },
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, hint, alarming }) => (
        <div key={name} className="card">
          <dt>{name}</dt>
          <dd className={alarming ? styles.alarming : undefined}>{value}</dd>
          {hint ? <dd className={styles.hint}>{hint}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

function Waiting({ state }: { state: IndexState }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const { day, week, month, oldest } = state.ages;
  const ages = [
    { age: 'fresh', number: state.waiting - day },
    { age: 'day', number: day - week },
    { age: 'week', number: week - month },
    { age: 'month', number: month },
  ] as const;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="waiting">
      <div className={styles.head}>
        <h2 id="waiting">{t('identities.byAge')}</h2>
        {oldest ? <span className="muted">{t('identities.oldest', { when: formatAgo(oldest, Date.now(), language) })}</span> : null}
      </div>
      {state.waiting === 0 ? (
        <p className="muted">{t('identities.nothing')}</p>
      ) : (
        <table className="data">
          <thead>
            <tr>
              <th scope="col">{t('identities.waited')}</th>
              <th scope="col" className="number">
                {t('identities.pairs')}
              </th>
            </tr>
          </thead>
          <tbody>
            {ages.map(({ age, number }) => (
              <tr key={age}>
                <td>{t(`identities.ages.${age}`)}</td>
                <td className={`number ${age === 'month' && number > 0 ? styles.alarming : ''}`}>{formatCount(Math.max(0, number), language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Upkeep({ state }: { state: IndexState }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const rebuild = useRebuild();
  const [asked, setAsked] = useState(false);
  const { walk, model } = state;
  const walking = walk.stage !== 'done';
  return (
    <section className={`card ${styles.card}`} aria-labelledby="upkeep">
      <h2 id="upkeep">{t('identities.upkeep')}</h2>
      <dl className={styles.facts}>
        <div>
          <dt>{t('identities.model')}</dt>
          <dd>{model ?? '–'}</dd>
        </div>
        <div>
          <dt>{t('identities.walk')}</dt>
          <dd>
            <StatusTag tone={walking ? 'running' : 'good'}>{t(`identities.stages.${walk.stage as 'done'}`, { defaultValue: walk.stage })}</StatusTag>{' '}
            {[walk.why ? t(`identities.walkWhy.${walk.why as 'asked'}`, { defaultValue: walk.why }) : undefined, walking || walk.looked > 0 ? t('identities.looked', { number: formatCount(walk.looked, language) }) : undefined, walk.finished && walk.why ? t('identities.finished', { when: formatMoment(walk.finished, language) }) : undefined]
              .filter(Boolean)
              .join(' · ')}
          </dd>
        </div>
      </dl>
      {rebuild.error ? <LoadFailed error={rebuild.error} compact /> : null}
      {asked ? (
        <>
          <p className={styles.does}>{t('identities.rebuildDoes')}</p>
          <span className={styles.row}>
            <Button type="primary" loading={rebuild.isPending} onClick={() => rebuild.mutate(undefined, { onSuccess: () => setAsked(false) })}>
              {t('identities.rebuildSure')}
            </Button>
            <Button type="text" onClick={() => setAsked(false)}>
              {t('identities.notNow')}
            </Button>
          </span>
        </>
      ) : (
        <div>
          <Button disabled={walking} onClick={() => setAsked(true)}>
            {t('identities.rebuild')}
          </Button>
        </div>
      )}
    </section>
  );
}
