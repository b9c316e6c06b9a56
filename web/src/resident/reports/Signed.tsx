import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Tag } from '../ui/ui';

type Query = { data: { signed: boolean; valid: boolean; when: string | undefined } | undefined; error: unknown };

/** Whether somebody stands for this version; "not looked at" is not "not signed". */
export function Signed({ query: { data, error } }: { query: Query }) {
  const { t } = useTranslation('reports');
  const language = useLanguage();
  if (!data) return error ? t('signatureUnknown') : '…';
  if (!data.signed) return t('notSigned');
  return (
    <>
      <Tag tone={data.valid ? 'good' : 'bad'}>{t(data.valid ? 'signed' : 'signedBroken')}</Tag> <span className="muted small">{formatMoment(data.when, language)}</span>
    </>
  );
}
