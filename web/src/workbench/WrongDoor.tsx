import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { signOut, type Me } from '../shared/session/account';
import { Door } from '../shared/shell/Door';

/** For everybody who treats nobody: residents, regulators, operators, and the operator token. */
export function WrongDoor({ role }: { role?: Me['role'] }) {
  const { t } = useTranslation('workbench');
  return (
    <Door page={t('shell.title')}>
      <h1>{t('wrongDoor.title')}</h1>
      <p>{t('wrongDoor.lead')}</p>
      <Button type="primary" size="large" href={role === 'resident' ? '/resident/' : '/'}>
        {t(role === 'resident' ? 'wrongDoor.resident' : 'wrongDoor.console')}
      </Button>
      <Button onClick={signOut}>{t('shell.signOut')}</Button>
    </Door>
  );
}
