import { useTranslation } from 'react-i18next';
import { Qr } from './Qr';
import styles from './PrintedCard.module.css';

/**
 * The card on paper, as large as a bank card (85.6 × 54 mm, ISO/IEC 7810 ID-1). When the page is printed, it alone is.
 * No identity number stands on it: who finds it learns a name.
 */
export function PrintedCard({ name, number, code }: { name: string; number: string; code: string }) {
  const { t } = useTranslation('common');
  return (
    <figure className={styles.card} data-print>
      <div>
        <p className={styles.title}>{t('printedCard.title')}</p>
        <p className={styles.name}>{name}</p>
        <p className={styles.number}>{number}</p>
        <p className={styles.hint}>{t('printedCard.hint')}</p>
      </div>
      <Qr className={styles.qr} text={code} label={t('printedCard.code', { name })} />
    </figure>
  );
}
