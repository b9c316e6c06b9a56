import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Queue.module.css';
import { usePutScreen, useScreens } from './useQueue';

/** Screens in halls. A token is told once: it belongs into the screen's own browser and nowhere else. */
export function Screens() {
  const { t } = useTranslation('queue');
  const id = useId();
  const screens = useScreens();
  const put = usePutScreen();
  const [name, setName] = useState('');
  if (screens.data === undefined) return screens.error ? null : <LoadingLines rows={2} />;
  const address = put.data ? `${location.origin}/screen/#${put.data}` : undefined;
  return (
    <section className={`card ${styles.part}`} aria-labelledby={id}>
      <h2 id={id}>{t('screens.title')}</h2>
      <p className="muted">{t('screens.lead')}</p>
      <ul className={styles.line}>
        {screens.data.map((screen) => (
          <li key={screen.id} className={styles.screen}>
            <span>{screen.name}</span>
            <StatusTag tone={screen.active ? 'good' : 'warning'}>{t(screen.active ? 'screens.on' : 'screens.off')}</StatusTag>
            <Button onClick={() => put.mutate({ screen: screen.id, state: screen.active ? 'suspended' : 'active' })}>{t(screen.active ? 'screens.switchOff' : 'screens.switchOn')}</Button>
          </li>
        ))}
      </ul>
      <form
        className={styles.pair}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') put.mutate({ name }, { onSuccess: () => setName('') });
        }}
      >
        <Input aria-label={t('screens.name')} placeholder={t('screens.name')} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        <Button htmlType="submit" loading={put.isPending}>
          {t('screens.make')}
        </Button>
      </form>
      {put.error ? <LoadFailed error={put.error} compact /> : null}
      {address ? (
        <p role="status" className={styles.token}>
          {t('screens.token')} <code>{address}</code>
        </p>
      ) : null}
    </section>
  );
}
