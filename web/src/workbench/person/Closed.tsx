import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import type { Task } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '../../shared/faces/Faces';
import { operate } from '../../shared/fhir/client';
import styles from './Closed.module.css';

const LEAST = 5;

/** The record is not open to whoever looks: who can open it, and the emergency, which has a reason and is told to the resident. */
export function Closed({ id }: { id: string }) {
  const { t } = useTranslation('workbench');
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const open = useMutation({
    mutationFn: () => operate<Task>(`Patient/${encodeURIComponent(id)}/$emergency-access`, { reason: reason.trim() }),
    // What was answered while it was closed holds no more.
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <section className={`card ${styles.closed}`} aria-labelledby="closed">
      <h2 id="closed">{t('closed.title')}</h2>
      <p>{t('closed.lead')}</p>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const tooShort = [...reason.trim()].length < LEAST;
          setShort(tooShort);
          if (!tooShort) open.mutate();
        }}
      >
        <h3>{t('closed.emergency')}</h3>
        <p className="muted">{t('closed.emergencyHint')}</p>
        <label htmlFor="reason">{t('closed.reason')}</label>
        <Input.TextArea
          id="reason"
          rows={2}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          aria-invalid={short}
          aria-describedby="reason-problem"
          {...(short ? { status: 'error' as const } : {})}
        />
        <p id="reason-problem" role="alert" className={styles.problem}>
          {short ? t('closed.tooShort', { least: LEAST }) : ''}
        </p>
        {open.error ? <LoadFailed error={open.error} compact /> : null}
        <Button htmlType="submit" danger loading={open.isPending}>
          {t('closed.open')}
        </Button>
      </form>
    </section>
  );
}
