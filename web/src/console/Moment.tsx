import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { useErrorSentence } from '../shared/faces/useErrorSentence';
import { formatMoment } from '../shared/format/dates';
import { useLanguage } from '../shared/i18n/i18n';

/** Of which moment figures are: the platform counts them once for all who look. */
export function AsOf({ moment }: { moment: string | undefined }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  return moment ? <p className="muted small">{t('asOf', { when: formatMoment(moment, language) })}</p> : null;
}

/** Figures that could not be renewed are still shown, and said to be old. */
export function Stale({ error, since }: { error: unknown; since: number }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const { sentence } = useErrorSentence()(error);
  return <Alert type="warning" showIcon role="alert" title={sentence} description={t('stale', { since: formatMoment(new Date(since).toISOString(), language) })} />;
}
