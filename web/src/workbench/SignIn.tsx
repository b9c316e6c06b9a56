import { Alert, Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { beginSignIn } from '../shared/session/account';
import { useSession } from '../shared/session/session';
import { Door, DoorSign } from '../shared/shell/Door';

/** The one way in is an account: notes are signed by a person. */
export function SignIn() {
  const { t } = useTranslation(['workbench', 'common']);
  const { ended } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Door page={t('signIn.title')}>
      <DoorSign title={t('shell.title')} lead={t('signIn.lead')} />
      {ended === 'rejected' ? <Alert type="warning" showIcon role="alert" title={t('signIn.ended')} /> : null}
      <Button ref={button} type="primary" size="large" block onClick={() => void beginSignIn()}>
        {t('signIn.account')}
      </Button>
      <p className="muted small">{t('signIn.kept')}</p>
    </Door>
  );
}
