import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../faces/Faces';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import styles from '../supervision/Supervision.module.css';
import { LONGEST, SHORTEST, useComplaint, useComplaintStep, type ComplaintState, type Step } from './complaints';

const TONES = { open: 'alert', answered: 'running', escalated: 'bad', accepted: 'good', upheld: 'plain', dismissed: 'plain', withdrawn: 'plain' } as const;

export function ComplaintTag({ state }: { state: ComplaintState }) {
  const { t } = useTranslation('complaint');
  return <StatusTag tone={TONES[state]}>{t(`state.${state}`)}</StatusTag>;
}

/** A complaint as the institution and the regulator see it: what was said, and the steps open to the reader. */
export function ComplaintCard({ id }: { id: string }) {
  const { t } = useTranslation('complaint');
  const language = useLanguage();
  const { data, error, refetch } = useComplaint(id);
  if (data === undefined) return <section className={`card ${styles.card}`}>{error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : <LoadingLines rows={6} />}</section>;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="complaint">
      <div className={styles.row}>
        <h2 id="complaint">{t('of', { kind: t(`kind.${data.kind}`) })}</h2>
        <ComplaintTag state={data.state} />
      </div>
      <p className="muted small">
        {[
          data.institution?.display,
          data.patient ? `${t('resident')} ${data.patient.display ?? data.patient.reference ?? ''}` : undefined,
          data.deadline ? `${t('deadline')} ${formatMoment(data.deadline, language)}` : undefined,
          data.closes ? `${t('closes')} ${formatMoment(data.closes, language)}` : undefined,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {data.about ? <p className={`${styles.mono} small`}>{data.about}</p> : null}
      <h3>{t('said')}</h3>
      <ol className={styles.list}>
        {data.notes.map((note, index) => (
          <li key={index}>
            <span className={styles.row}>
              <strong>
                {t(`by.${note.by}`)} · {t(`step.${note.step as Step}`, { defaultValue: note.step })}
              </strong>
              <span className="muted small">{formatMoment(note.at, language)}</span>
            </span>
            {note.words === undefined ? <p className="muted">{t('closed')}</p> : <p>{note.words}</p>}
          </li>
        ))}
      </ol>
      {data.steps.length > 0 ? <Steps id={id} steps={data.steps} /> : null}
    </section>
  );
}

/** What is typed stays when it is refused. */
function Steps({ id, steps }: { id: string; steps: Step[] }) {
  const { t } = useTranslation('complaint');
  const [words, setWords] = useState('');
  const take = useComplaintStep(id);
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()} noValidate>
      <label>
        {t('words')}
        <Input.TextArea value={words} rows={3} maxLength={LONGEST} onChange={(event) => setWords(event.target.value)} />
      </label>
      <p className="muted small">{t('read')}</p>
      {take.error ? <LoadFailed error={take.error} compact /> : null}
      <div className={styles.actions}>
        {steps.map((step) => (
          <Button key={step} type={steps.length === 1 ? 'primary' : 'default'} disabled={words.trim().length < SHORTEST} loading={take.isPending && take.variables.step === step} onClick={() => take.mutate({ step, words: words.trim() }, { onSuccess: () => setWords('') })}>
            {t(`step.${step}`)}
          </Button>
        ))}
      </div>
    </form>
  );
}
