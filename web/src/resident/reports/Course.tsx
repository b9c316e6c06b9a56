import { useTranslation } from 'react-i18next';
import { Curve } from '../../shared/record/Curve';
import type { Row } from '../../shared/record/flowSheet';
import styles from './Reports.module.css';

/** How a value went until this report. */
export function Course({ row }: { row: Row | undefined }) {
  const { t } = useTranslation('reports');
  return row ? <Curve row={row} height={32} className={styles.course} label={(said) => t('course', said)} /> : null;
}
