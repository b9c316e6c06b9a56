import { Button, Input } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '../faces/Faces';
import type texts from '../i18n/zh/clearing.json';
import styles from './Clearing.module.css';
import { useAct } from './useClearing';

/**
 * A note and a button for each step; the platform says which there are.
 * @param more what else some step takes, and `values` what was chosen there
 */
export function StepForm({ id, operation, open, hint, more, values = {} }: { id: string; operation: 'case-step' | 'month-step'; open: string[]; hint: string; more?: ReactNode; values?: Record<string, string> }) {
  const { t } = useTranslation('clearing');
  const act = useAct();
  const field = useId();
  const [note, setNote] = useState('');
  if (open.length === 0) return <p className="muted">{t('otherEyes')}</p>;
  return (
    <div className={styles.card}>
      <label htmlFor={field}>{t('note')}</label>
      <Input.TextArea id={field} value={note} rows={2} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      <p className="muted small">{hint}</p>
      {more}
      {act.error ? <LoadFailed error={act.error} compact /> : null}
      <div className={styles.actions}>
        {open.map((step) => (
          <Button key={step} disabled={act.isPending} {...(step === 'approve' || step === 'confirm' ? { type: 'primary' as const } : {})} onClick={() => act.mutate({ operation, values: { id, step, ...values, ...(note.trim() ? { note: note.trim() } : {}) } }, { onSuccess: () => setNote('') })}>
            {t(`step.${step as keyof typeof texts.step}`)}
          </Button>
        ))}
      </div>
    </div>
  );
}
