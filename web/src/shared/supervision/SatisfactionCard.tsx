import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { formatCount, formatShare } from '../format/numbers';
import { useLanguage } from '../i18n/i18n';
import styles from './Supervision.module.css';
import { useSatisfaction } from './useSupervision';

/** 居民满意度: of institutions with five ratings or more. @param named with the institution, where there are several */
export function SatisfactionCard({ named = false }: { named?: boolean }) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const figures = useSatisfaction();
  return (
    <section className={`card ${styles.card}`} aria-labelledby="satisfaction">
      <h2 id="satisfaction">{t('satisfaction.title')}</h2>
      {figures.data === undefined ? (
        figures.error ? (
          <LoadFailed error={figures.error} onRetry={() => void figures.refetch()} compact />
        ) : (
          <LoadingLines rows={2} />
        )
      ) : figures.data.length === 0 ? (
        <NothingHere title={t('satisfaction.none')} />
      ) : (
        <ul className={styles.list}>
          {figures.data.map(({ institution, care, count, mean, low }) => (
            <li key={`${institution?.reference ?? ''} ${care}`}>
              <strong>{[named ? institution?.display : undefined, t(`satisfaction.${care}`)].filter(Boolean).join(' · ')}</strong>
              <p>{t('satisfaction.one', { number: formatCount(count, language), mean: mean.toFixed(2), low: formatShare(low) })}</p>
            </li>
          ))}
        </ul>
      )}
      <p className="muted small">{t('satisfaction.hint')}</p>
    </section>
  );
}
