import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { go } from '../router';
import { Button } from '../ui/ui';
import find from '../find/Find.module.css';

/** The one entry on the home page: doctors, hospitals, departments, one's own reports. */
export function SearchLine() {
  const { t } = useTranslation('resident');
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go(text.trim() ? `/search?${new URLSearchParams({ q: text.trim() }).toString()}` : '/search');
  };
  return (
    <form role="search" className={find.line} onSubmit={submit} autoComplete="off">
      <input className={find.input} type="search" aria-label={t('searchLine.label')} placeholder={t('searchLine.placeholder')} value={text} maxLength={60} onChange={(event) => setText(event.target.value)} />
      <Button type="submit">{t('find.submit')}</Button>
    </form>
  );
}
