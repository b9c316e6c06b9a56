import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import type texts from '../../shared/i18n/zh/clearing.json';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import { useAct, useCounterparts, useWholeCase, type Line, type WholeCase } from './useClearing';

const SIDES = [
  ['ours', 'sideOurs'],
  ['theirs', 'sideTheirs'],
  ['institution', 'sideInstitution'],
] as const;

/** One difference: its sides beside each other, what happened, and the steps that the reader may take. */
export function CaseView({ id, onBack }: { id: string; onBack: () => void }) {
  const { t } = useTranslation('clearing');
  const whole = useWholeCase(id);
  return (
    <>
      <p>
        <button type="button" className={styles.link} onClick={onBack}>
          ‹ {t('back')}
        </button>
      </p>
      {whole.data ? <Shown whole={whole.data} /> : <div className="card">{whole.error ? <LoadFailed error={whole.error} onRetry={() => void whole.refetch()} /> : <LoadingLines rows={8} />}</div>}
    </>
  );
}

function Shown({ whole: { one, lines, steps, open, remedy } }: { whole: WholeCase }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  const names = useNames([one.institution]);
  const counterparts = useCounterparts();
  const sides = SIDES.filter(([side]) => side !== 'institution' || lines.some((line) => line.side === side) || one.kind.endsWith('listed'));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="case">
      <div className={styles.head}>
        <h2 id="case" className={styles.key}>
          {t('caseTitle', { key: one.key })}
        </h2>
        <div className={styles.actions}>
          <StatusTag tone="alert">{t(`kind.${one.kind as keyof typeof texts.kind}`)}</StatusTag>
          <StatusTag tone={one.state === 'closed' ? 'good' : one.state === 'found' ? 'warning' : 'running'}>{t(`caseState.${one.state as keyof typeof texts.caseState}`)}</StatusTag>
        </div>
      </div>
      <p className="muted">
        {one.day} · {counterparts.data?.find(({ name }) => name === one.counterpart)?.display ?? one.counterpart}
        {one.institution ? ` · ${names.get(one.institution) ?? one.institution}` : ''}
      </p>
      <div className={styles.sides}>
        {sides.map(([side, title]) => (
          <Sided key={side} title={t(title)} lines={lines.filter((line) => line.side === side)} />
        ))}
      </div>
      {remedy ? (
        <p>
          <strong>{t('remedy', { debit: t(`accountKind.${remedy.debit as keyof typeof texts.accountKind}`), credit: t(`accountKind.${remedy.credit as keyof typeof texts.accountKind}`), amount: formatYuan(remedy.amount) })}</strong>
        </p>
      ) : null}
      <h3>{t('steps')}</h3>
      <ol className={styles.steps}>
        {steps.map((taken) => (
          <li key={`${taken.at} ${taken.step}`}>
            <strong>{t(`step.${taken.step as keyof typeof texts.step}`)}</strong> <span className="muted">{formatMoment(taken.at, language)}</span> · {taken.by ?? t('byPlatform')}
            {taken.note ? <p>{taken.note}</p> : null}
          </li>
        ))}
      </ol>
      <Steps id={one.id} open={open} />
    </section>
  );
}

/** What a side says; nothing is said as well. */
function Sided({ title, lines }: { title: string; lines: Line[] }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  return (
    <div className={styles.side}>
      <h3>{title}</h3>
      {lines.length === 0 ? (
        <p className="muted">{t('nothingThere')}</p>
      ) : (
        lines.map((line) => (
          <dl key={`${line.statement} ${line.number} ${line.at}`}>
            <dt>{t('amount')}</dt>
            <dd className={styles.large}>{formatYuan(line.amount)}</dd>
            <dt>{t('time')}</dt>
            <dd>{formatMoment(line.at, language)}</dd>
            <dt>{t('key')}</dt>
            <dd className={styles.key}>{line.key || '–'}</dd>
            {line.reference ? (
              <>
                <dt>{t('reference')}</dt>
                <dd className={styles.key}>{line.reference}</dd>
              </>
            ) : null}
          </dl>
        ))
      )}
    </div>
  );
}

/** A note and a button for each step; the platform says which there are. */
function Steps({ id, open }: { id: string; open: string[] }) {
  const { t } = useTranslation('clearing');
  const act = useAct();
  const field = useId();
  const [note, setNote] = useState('');
  if (open.length === 0) return <p className="muted">{t('otherEyes')}</p>;
  return (
    <div className={styles.card}>
      <label htmlFor={field}>{t('note')}</label>
      <Input.TextArea id={field} value={note} rows={2} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      <p className="muted small">{t('noteHint')}</p>
      {act.error ? <LoadFailed error={act.error} compact /> : null}
      <div className={styles.actions}>
        {open.map((step) => (
          <Button key={step} disabled={act.isPending} {...(step === 'approve' ? { type: 'primary' as const } : {})} onClick={() => act.mutate({ operation: 'case-step', values: { id, step, ...(note.trim() ? { note: note.trim() } : {}) } }, { onSuccess: () => setNote('') })}>
            {t(`step.${step as keyof typeof texts.step}`)}
          </Button>
        ))}
      </div>
    </div>
  );
}
