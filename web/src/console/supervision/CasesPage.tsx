import { Button, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Supervision.module.css';
import { HitLine } from './SupervisionPage';
import './texts';
import { STATES, useAct, useCase, useCases, type State } from './useSupervision';

const TONES = { warned: 'alert', rectified: 'running', escalated: 'bad', verified: 'good', penalised: 'plain', withdrawn: 'plain' } as const;

export function CaseTag({ state }: { state: State }) {
  const { t } = useTranslation('supervision');
  return <StatusTag tone={TONES[state]}>{t(`state.${state}`)}</StatusTag>;
}

/** 监管案件: the list, and the one chosen with its hits, evidence, what happened and the steps open to the reader. */
export function CasesPage() {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((one) => one === query.get('state'));
  const list = useCases(state);
  const chosen = query.get('id') ?? list.data?.[0]?.task;
  const set = (name: string, value: string | undefined) =>
    setQuery(
      (now) => {
        if (value === undefined) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <div className={styles.page}>
      <PageTitle page={t('case.title')} />
      <div className={styles.head}>
        <h1>{t('case.title')}</h1>
        <nav className={styles.links} aria-label={t('more')}>
          <Link to="/supervision">{t('back')}</Link>
          <Link to="/supervision/rules">{t('rules')}</Link>
        </nav>
      </div>
      <p className="muted">{t('case.lead')}</p>
      <div className={styles.scroll}>
        <Segmented value={state ?? 'all'} options={[{ value: 'all', label: t('case.all') }, ...STATES.map((value) => ({ value, label: t(`state.${value}`) }))]} onChange={(value) => set('state', value === 'all' ? undefined : value)} />
      </div>
      <div className={styles.columns}>
        {chosen === undefined ? <div /> : <Case key={chosen} task={chosen} />}
        <section className={`card ${styles.card}`} aria-label={t('case.title')}>
          {list.data === undefined ? (
            list.error ? (
              <LoadFailed error={list.error} onRetry={() => void list.refetch()} />
            ) : (
              <LoadingLines rows={6} />
            )
          ) : list.data.length === 0 ? (
            <NothingHere title={t('case.none')}>{t('case.noneHint')}</NothingHere>
          ) : (
            <ul className={styles.list}>
              {list.data.map((one) => (
                <li key={one.task}>
                  <button type="button" className={styles.item} aria-pressed={one.task === chosen} onClick={() => set('id', one.task)}>
                    <span className={styles.row}>
                      <strong>{one.institution?.display ?? one.institution?.reference}</strong>
                      <CaseTag state={one.state} />
                    </span>
                    <span className="muted small">
                      {t('case.opened')} {formatMoment(one.opened, language)}
                      {one.deadline ? ` · ${t('case.deadline')} ${formatMoment(one.deadline, language)}` : ''}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </div>
  );
}

function Case({ task }: { task: string }) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const { data, error, refetch } = useCase(task);
  if (data === undefined) return <section className={`card ${styles.card}`}>{error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : <LoadingLines rows={8} />}</section>;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="case">
      <div className={styles.row}>
        <h2 id="case">{t('case.hits')}</h2>
        <CaseTag state={data.state} />
      </div>
      <ul className={styles.list}>
        {data.hits.map((hit) => (
          <HitLine key={hit.key} hit={{ ...hit, inCase: undefined }} />
        ))}
      </ul>
      <References title={t('case.evidence')} all={data.evidence} />
      <References title={t('case.answer')} all={data.answers} />
      <h3>{t('case.notes')}</h3>
      <ol className={styles.list}>
        {data.notes.map((note, index) => (
          <li key={index}>
            <span className={styles.row}>
              <strong>{t(`step.${note.step as 'warn'}`, { defaultValue: note.step })}</strong>
              <span className="muted small">
                {note.by} · {formatMoment(note.at, language)}
              </span>
            </span>
            <p>{note.words}</p>
          </li>
        ))}
      </ol>
      {data.steps.length === 0 ? <p className="muted">{t('case.done')}</p> : <Steps task={task} steps={data.steps} />}
    </section>
  );
}

function References({ title, all }: { title: string; all: string[] }) {
  return all.length === 0 ? null : (
    <div>
      <h3>{title}</h3>
      <ul className={styles.list}>
        {all.map((one) => (
          <li key={one} className={styles.mono}>
            {one}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What is typed stays when it is refused. */
function Steps({ task, steps }: { task: string; steps: string[] }) {
  const { t } = useTranslation('supervision');
  const [words, setWords] = useState('');
  const [evidence, setEvidence] = useState('');
  const take = useAct<Record<string, string | string[]>>(`${task}/$supervision-step`);
  const rectify = useAct<Record<string, string | string[]>>(`${task}/$supervision-rectify`);
  const done = { onSuccess: () => setWords('') };
  const refused = take.error ?? rectify.error;
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()} noValidate>
      <label>
        {t('case.words')}
        <Input.TextArea value={words} rows={2} maxLength={1000} onChange={(event) => setWords(event.target.value)} />
      </label>
      {steps.includes('rectify') ? (
        <label>
          {t('case.evidenceAsk')}
          <Input.TextArea value={evidence} rows={2} onChange={(event) => setEvidence(event.target.value)} />
        </label>
      ) : null}
      {steps.includes('penalise') ? <p className="muted small">{t('case.another')}</p> : null}
      {refused ? <LoadFailed error={refused} compact /> : null}
      <div className={styles.actions}>
        {steps.map((step) => (
          <Button
            key={step}
            disabled={words.trim().length < 2}
            loading={(take.isPending && take.variables.step === step) || (step === 'rectify' && rectify.isPending)}
            onClick={() =>
              step === 'rectify'
                ? rectify.mutate({ words: words.trim(), evidence: evidence.split('\n').map((one) => one.trim()).filter(Boolean) }, done)
                : take.mutate({ step, words: words.trim() }, done)
            }
          >
            {t(`step.${step as 'verify'}`)}
          </Button>
        ))}
      </div>
    </form>
  );
}
