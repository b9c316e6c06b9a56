import { Alert, Button, Input, Space } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { beginSignIn } from '../../shared/session/account';
import { useProof, useProve } from '../../shared/session/useProof';
import styles from './Desk.module.css';

/** Asks who sits here to prove to be it, in the place of what was refused; then that is done. Nothing of the page is lost. */
export function Prove({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('visit');
  const proof = useProof();
  const prove = useProve();
  const [given, setGiven] = useState('');
  const id = useId();
  if (proof.error) return <LoadFailed error={proof.error} onRetry={() => void proof.refetch()} compact />;
  if (!proof.data) return <LoadingLines rows={2} />;
  const { by } = proof.data;
  const hint = <p>{t('desk.prove.hint', { minutes: proof.data.minutes })}</p>;
  if (by === 'sign-in')
    return (
      <Alert
        type="warning"
        showIcon
        title={t('desk.prove.title')}
        description={
          <>
            {hint}
            <Button type="primary" onClick={() => void beginSignIn(true)}>
              {t('desk.prove.signIn')}
            </Button>
          </>
        }
      />
    );
  return (
    <Alert
      type="warning"
      showIcon
      title={t('desk.prove.title')}
      description={
        <form
          className={styles.prove}
          aria-label={t('desk.prove.title')}
          onSubmit={(event) => {
            event.preventDefault();
            if (given.trim()) prove.mutate(given, { onSuccess: onDone, onSettled: () => setGiven('') });
          }}
        >
          {hint}
          <label htmlFor={id}>{t(`desk.prove.${by}`)}</label>
          <Space.Compact block>
            {by === 'code' ? (
              <Input id={id} autoFocus value={given} maxLength={20} autoComplete="one-time-code" inputMode="numeric" onChange={(event) => setGiven(event.target.value)} />
            ) : (
              <Input.Password id={id} autoFocus value={given} maxLength={256} autoComplete="current-password" onChange={(event) => setGiven(event.target.value)} />
            )}
            <Button type="primary" htmlType="submit" loading={prove.isPending}>
              {t('desk.prove.submit')}
            </Button>
          </Space.Compact>
          {prove.error ? <LoadFailed error={prove.error} compact /> : null}
        </form>
      }
    />
  );
}
