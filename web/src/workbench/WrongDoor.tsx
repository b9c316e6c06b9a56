import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../shared/PageTitle';
import { signOut, type Me } from '../shared/session/account';
import styles from './Door.module.css';

/** For everybody who treats nobody: residents, regulators, operators, and the operator token. */
export function WrongDoor({ role }: { role?: Me['role'] }) {
  const { t } = useTranslation('workbench');
  return (
    <main className={styles.page}>
      <PageTitle page={t('shell.title')} />
      <section className={styles.card}>
        <h1>{t('wrongDoor.title')}</h1>
        <p>{t('wrongDoor.lead')}</p>
        <Button type="primary" size="large" href={role === 'resident' ? '/resident/' : '/'}>
          {t(role === 'resident' ? 'wrongDoor.resident' : 'wrongDoor.console')}
        </Button>
        <Button onClick={signOut}>{t('shell.signOut')}</Button>
      </section>
    </main>
  );
}
