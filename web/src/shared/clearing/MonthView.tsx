import { Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../faces/Faces';
import { useNames } from '../fhir/names';
import type texts from '../i18n/zh/clearing.json';
import { StatusTag } from '../StatusTag';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import { StepForm } from './StepForm';
import { StepList } from './StepList';
import { useCounterparts, useWholeMonth, type Month, type Taken } from './useClearing';

/** What one owes another of a month, how it came about, and what was paid. */
export function MonthView({ id, onBack }: { id: string; onBack: () => void }) {
  const { t } = useTranslation('clearing');
  const whole = useWholeMonth(id);
  return (
    <>
      <p>
        <button type="button" className={styles.link} onClick={onBack}>
          ‹ {t('back')}
        </button>
      </p>
      {whole.data ? <Shown {...whole.data} /> : <div className="card">{whole.error ? <LoadFailed error={whole.error} onRetry={() => void whole.refetch()} /> : <LoadingLines rows={8} />}</div>}
    </>
  );
}

function Shown({ one, steps, open }: { one: Month; steps: Taken[]; open: string[] }) {
  const { t } = useTranslation('clearing');
  const names = useNames([one.institution]);
  const counterparts = useCounterparts();
  const field = useId();
  const [heldBack, setHeldBack] = useState('');
  return (
    <section className={`card ${styles.card}`} aria-labelledby="owed">
      <div className={styles.head}>
        <h2 id="owed">{counterparts.data?.find(({ name }) => name === one.counterpart)?.display ?? one.counterpart}</h2>
        <StatusTag tone={one.state === 'settled' ? 'good' : one.state === 'disputed' ? 'alert' : 'running'}>{t(`monthState.${one.state as keyof typeof texts.monthState}`)}</StatusTag>
      </div>
      <p className="muted">{names.get(one.institution) ?? one.institution}</p>
      <dl className={styles.sums}>
        {(['in', 'out', 'adjusted', 'due', 'advance'] as const).map((what) => (
          <div key={what}>
            <dt>{t(what === 'due' ? 'dueColumn' : what)}</dt>
            <dd className={styles.large}>{formatYuan(one[what])}</dd>
          </div>
        ))}
      </dl>
      <h3>{t('steps')}</h3>
      <StepList steps={steps} />
      <StepForm
        id={one.id}
        operation="month-step"
        open={open}
        hint={t('monthNote')}
        {...(heldBack.trim() ? { values: { 'held-back': heldBack.trim() } } : {})}
        more={
          open.includes('settle') ? (
            <div className={styles.actions}>
              <label htmlFor={field}>{t('heldBack')}</label>
              <Input id={field} className={styles.against} inputMode="decimal" value={heldBack} onChange={(event) => setHeldBack(event.target.value)} />
            </div>
          ) : null
        }
      />
    </section>
  );
}
