import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** The tab's title. It names the page, never a person: titles end up in histories and on shared screens. */
export function PageTitle({ page }: { page: string }) {
  const { t } = useTranslation('common');
  const title = `${page} · ${t('product')}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}
