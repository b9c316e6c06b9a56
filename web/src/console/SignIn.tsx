import { Alert, Button, Input } from 'antd';
import type { Parameters } from 'fhir/r4';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorSentence } from '../shared/faces/useErrorSentence';
import { FhirError, get } from '../shared/fhir/client';
import { beginSignIn } from '../shared/session/account';
import { signIn, useSession } from '../shared/session/session';
import { Door, DoorSign } from '../shared/shell/Door';
import styles from './SignIn.module.css';

/** Sends people with an account to the platform's sign-in pages; asks operators without one for the operator token, and tries it before it is kept. */
export function SignIn() {
  const { t } = useTranslation(['console', 'common']);
  const { ended } = useSession();
  const sentenceOf = useErrorSentence();
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const typed = token.trim();
    if (typed === '') return setProblem(t('signIn.missing'));
    // A header takes visible ASCII only; anything else is a slip of the clipboard, and fetch would blame the network.
    if (!/^[\x21-\x7e]+$/.test(typed)) return setProblem(t('signIn.malformed'));
    setBusy(true);
    setProblem(undefined);
    try {
      await get<Parameters>('$loads', undefined, typed);
      signIn(typed);
    } catch (error) {
      const refused = error instanceof FhirError && (error.status === 401 || error.status === 403);
      setProblem(refused ? t('signIn.refused') : sentenceOf(error).sentence);
      setBusy(false);
    }
  }

  return (
    <Door page={t('signIn.submit')} behind={<Ridge />}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <DoorSign title={t('shell.title')} lead={t('common:tagline')} />
        {ended === 'rejected' && !problem ? <Alert type="warning" showIcon role="alert" title={t('signIn.ended')} /> : null}
        <Button type="primary" size="large" block onClick={() => void beginSignIn()}>
          {t('signIn.account')}
        </Button>
        <p className={styles.or}>{t('signIn.or')}</p>
        <div className={styles.field}>
          <label htmlFor="token">{t('signIn.token')}</label>
          <Input.Password
            id="token"
            name="token"
            autoComplete="off"
            spellCheck={false}
            value={token}
            onChange={(event) => setToken(event.target.value)}
            {...(problem ? { status: 'error' as const } : {})}
            aria-invalid={problem !== undefined}
            aria-describedby="token-problem token-hint"
          />
        </div>
        <p id="token-problem" role="alert" className={styles.problem}>
          {problem}
        </p>
        <Button htmlType="submit" loading={busy} block>
          {t('signIn.submit')}
        </Button>
        <div id="token-hint" className={styles.hint}>
          <p>{t('signIn.where')}</p>
          <code>cat data/operator-token</code>
          <p>{t('signIn.kept')}</p>
        </div>
      </form>
    </Door>
  );
}

function Ridge() {
  return (
    <svg className={styles.ridge} viewBox="0 0 1440 260" preserveAspectRatio="none" aria-hidden="true">
      <path d="M0 260V170l160-70 120 60 190-120 130 80 150-100 190 140 120-60 160 90 220-110v180z" fill="var(--primary)" opacity=".08" />
      <path d="M0 260v-40l220-80 170 70 210-90 160 60 230-80 190 90 260-60v130z" fill="var(--primary)" opacity=".12" />
    </svg>
  );
}
