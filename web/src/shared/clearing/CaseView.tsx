import { Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../faces/Faces';
import { useNames } from '../fhir/names';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import type texts from '../i18n/zh/clearing.json';
import { StatusTag } from '../StatusTag';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import { StepForm } from './StepForm';
import { StepList } from './StepList';
import { useCounterparts, useWholeCase, type Line, type WholeCase } from './useClearing';

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
          <strong>{t(one.state === 'adjusted' || one.state === 'closed' ? 'remedyBooked' : 'remedy', { debit: t(`accountKind.${remedy.debit as keyof typeof texts.accountKind}`), credit: t(`accountKind.${remedy.credit as keyof typeof texts.accountKind}`), amount: formatYuan(remedy.amount) })}</strong>
        </p>
      ) : null}
      <h3>{t('steps')}</h3>
      <StepList steps={steps} />
      <Next id={one.id} open={open} />
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

const AGAINST = ['usual', 'institution', 'unclaimed'] as const;

/** Who proposes says against which account, where it is not the usual one. */
function Next({ id, open }: { id: string; open: string[] }) {
  const { t } = useTranslation('clearing');
  const field = useId();
  const [against, setAgainst] = useState<(typeof AGAINST)[number]>('usual');
  const proposes = open.includes('propose');
  return (
    <StepForm
      id={id}
      operation="case-step"
      open={open}
      hint={t('noteHint')}
      {...(proposes && against !== 'usual' ? { values: { against } } : {})}
      more={
        proposes ? (
          <div className={styles.actions}>
            <label htmlFor={field}>{t('against')}</label>
            <Select id={field} className={styles.against} value={against} onChange={setAgainst} options={AGAINST.map((value) => ({ value, label: t(`againstWhat.${value}`) }))} />
          </div>
        ) : null
      }
    />
  );
}
