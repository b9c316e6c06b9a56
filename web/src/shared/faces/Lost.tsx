import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { NothingHere } from './Faces';

export function NoSuchPage() {
  const { t } = useTranslation('common');
  return (
    <NothingHere title={t('faces.notFound')}>
      <p>{t('faces.notFoundHint')}</p>
      <Link to="/">{t('faces.home')}</Link>
    </NothingHere>
  );
}

/** A fault of the page itself, or code of a version that the server no longer has: loading anew mends the second. */
export function Broken() {
  const { t } = useTranslation('common');
  return (
    <div role="alert">
      <NothingHere title={t('faces.broken')}>
        <p>{t('faces.brokenHint')}</p>
        <Button type="primary" onClick={() => location.reload()}>
          {t('faces.reload')}
        </Button>
      </NothingHere>
    </div>
  );
}
