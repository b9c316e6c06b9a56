import { useTranslation } from 'react-i18next';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import type texts from '../i18n/zh/clearing.json';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import type { Taken } from './useClearing';

/** What was done so far, and by whom. */
export function StepList({ steps }: { steps: Taken[] }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  return (
    <ol className={styles.steps}>
      {steps.map((taken) => (
        <li key={`${taken.at} ${taken.step}`}>
          <strong>{t(`step.${taken.step as keyof typeof texts.step}`)}</strong> <span className="muted">{formatMoment(taken.at, language)}</span> · {taken.by ?? t('byPlatform')}
          {taken.amount && Number(taken.amount) !== 0 ? ` · ${formatYuan(taken.amount)}` : ''}
          {taken.note ? <p>{taken.note}</p> : null}
        </li>
      ))}
    </ol>
  );
}
