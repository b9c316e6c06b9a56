import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { maskIdentifier } from '../format/identity';
import styles from './Person.module.css';

/** Masked until someone presses "show". */
export function IdentityNumber({ value }: { value: string | undefined }) {
  const { t } = useTranslation(['common', 'record']);
  const [shown, setShown] = useState(false);
  if (value === undefined) return <span className="muted">{t('record:person.noIdentityNumber')}</span>;
  return (
    <span className={styles.identity}>
      <span className={styles.number}>{shown ? value : maskIdentifier(value)}</span>
      <Button type="link" size="small" aria-pressed={shown} aria-label={t(shown ? 'record:person.hideNumber' : 'record:person.showNumber')} onClick={() => setShown(!shown)}>
        {t(shown ? 'hide' : 'show')}
      </Button>
    </span>
  );
}
