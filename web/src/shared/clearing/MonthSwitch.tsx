import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './Clearing.module.css';
import { monthsLater } from './useClearing';

/** A month such as `2026-11`, and the ones beside it. */
export function MonthSwitch({ month, onChange }: { month: string; onChange: (month: string) => void }) {
  const { t } = useTranslation('clearing');
  return (
    <div className={styles.month}>
      <Button onClick={() => onChange(monthsLater(month, -1))} aria-label={t('before')}>
        ‹
      </Button>
      <strong role="status" aria-label={t('month')}>
        {month}
      </strong>
      <Button onClick={() => onChange(monthsLater(month, 1))} aria-label={t('after')}>
        ›
      </Button>
    </div>
  );
}
