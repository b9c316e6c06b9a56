import { Alert, Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageButton } from '../shared/LanguageButton';
import { Mark } from '../shared/Mark';
import { PageTitle } from '../shared/PageTitle';
import { beginSignIn } from '../shared/session/account';
import { useSession } from '../shared/session/session';
import styles from './Door.module.css';

/** The one way in is an account: notes are signed by a person. */
export function SignIn() {
  const { t } = useTranslation(['workbench', 'common']);
  const { ended } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <main className={styles.page}>
      <PageTitle page={t('signIn.title')} />
      <div className={styles.language}>
        <LanguageButton />
      </div>
      <section className={styles.card}>
        <div className={styles.brand}>
          <Mark size={44} />
          <div>
            <h1>
              {t('common:product')} · {t('shell.title')}
            </h1>
            <p className="muted">{t('signIn.lead')}</p>
          </div>
        </div>
        {ended === 'rejected' ? <Alert type="warning" showIcon role="alert" title={t('signIn.ended')} /> : null}
        <Button ref={button} type="primary" size="large" block onClick={() => void beginSignIn()}>
          {t('signIn.account')}
        </Button>
        <p className="muted small">{t('signIn.kept')}</p>
      </section>
    </main>
  );
}
