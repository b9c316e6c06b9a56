import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../faces/Faces';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import { HitLine } from './HitLine';
import styles from './Supervision.module.css';
import { useAct, useCase, type State } from './useSupervision';

const TONES = { warned: 'alert', rectified: 'running', escalated: 'bad', verified: 'good', penalised: 'plain', withdrawn: 'plain' } as const;

export function CaseTag({ state }: { state: State }) {
  const { t } = useTranslation('supervision');
  return <StatusTag tone={TONES[state]}>{t(`state.${state}`)}</StatusTag>;
}

/** A case with its hits, evidence, what happened and the steps open to the reader. `links`: for regulators. */
export function CaseCard({ task, links = false }: { task: string; links?: boolean }) {
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
      {data.deadline ? (
        <p className="muted small">
          {t('case.deadline')} {formatMoment(data.deadline, language)}
        </p>
      ) : null}
      <ul className={styles.list}>
        {data.hits.map((hit) => (
          <HitLine key={hit.key} hit={{ ...hit, inCase: undefined }} links={links} />
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
