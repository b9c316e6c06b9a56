import { useTranslation } from 'react-i18next';
import styles from './Overview.module.css';

/** Six cards of the height that the figures will have. */
export function FiguresSkeleton() {
  const { t } = useTranslation('common');
  return (
    <div className={styles.figures} role="status" aria-label={t('faces.loading')}>
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className={`card ${styles.figure}`}>
          <span className={styles.bone} style={{ width: '45%', height: 22 }} />
          <span className={styles.bone} style={{ width: '70%', height: 36 }} />
        </div>
      ))}
    </div>
  );
}

/** Shown while the code of the first page is fetched. */
export function OverviewSkeleton() {
  return (
    <div className={styles.whole}>
      <FiguresSkeleton />
    </div>
  );
}
