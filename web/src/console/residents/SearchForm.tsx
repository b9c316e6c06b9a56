import { Button, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { parseBirthDate } from '../../shared/format/dates';
import { cleanIdentityNumber, hasRightCheckDigit, looksLikeIdentityNumber } from '../../shared/format/identity';
import { isEmpty, NOTHING, type Criteria } from './criteria';
import styles from './Residents.module.css';

type Props = { criteria: Criteria; busy: boolean; onSearch: (criteria: Criteria) => void };

export function SearchForm({ criteria, busy, onSearch }: Props) {
  const { t } = useTranslation('console');
  const [typed, setTyped] = useState(criteria);
  const [badDate, setBadDate] = useState(false);
  const set = (field: keyof Criteria) => (event: React.ChangeEvent<HTMLInputElement>) => setTyped({ ...typed, [field]: event.target.value });

  const number = cleanIdentityNumber(typed.identifier);
  // Only a hint: the record may hold the wrong number, too.
  const wrongDigit = looksLikeIdentityNumber(number) && !hasRightCheckDigit(number);

  function submit(event: FormEvent) {
    event.preventDefault();
    const unreadable = typed.birthDate.trim() !== '' && parseBirthDate(typed.birthDate) === undefined;
    setBadDate(unreadable);
    if (!unreadable) onSearch(typed);
  }

  return (
    <form className={`card ${styles.form}`} role="search" aria-label={t('residents.title')} onSubmit={submit} autoComplete="off" noValidate>
      <div className={styles.field}>
        <label htmlFor="search-name">{t('residents.name')}</label>
        <Input id="search-name" name="name" value={typed.name} onChange={set('name')} allowClear />
      </div>
      <div className={styles.field}>
        <label htmlFor="search-identifier">{t('residents.identifier')}</label>
        <Input
          id="search-identifier" name="identifier"
          value={typed.identifier}
          onChange={set('identifier')}
          allowClear
          aria-describedby="identifier-hint"
          {...(wrongDigit ? { status: 'warning' as const } : {})}
        />
        <span id="identifier-hint" role="status" className={styles.warning}>
          {wrongDigit ? t('residents.wrongDigit') : ''}
        </span>
      </div>
      <div className={styles.field}>
        <label htmlFor="search-birthDate">{t('residents.birthDate')}</label>
        <Input
          id="search-birthDate" name="birthDate"
          value={typed.birthDate}
          onChange={set('birthDate')}
          allowClear
          placeholder="1958-03-02"
          aria-invalid={badDate}
          aria-describedby="birth-date-hint"
          {...(badDate ? { status: 'error' as const } : {})}
        />
        <span id="birth-date-hint" role="alert" className={styles.error}>
          {badDate ? t('residents.badDate') : ''}
        </span>
      </div>
      <div className={styles.actions}>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('residents.search')}
        </Button>
        <Button disabled={isEmpty(criteria) && isEmpty(typed)} onClick={() => (isEmpty(criteria) ? setTyped(NOTHING) : onSearch(NOTHING))}>
          {t('residents.clear')}
        </Button>
      </div>
    </form>
  );
}
