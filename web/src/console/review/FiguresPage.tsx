import '../../shared/prescription/texts';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../shared/PageTitle';
import { ReviewFigures } from '../../shared/prescription/ReviewFigures';
import { Head } from './Head';
import styles from './Review.module.css';

/** 审方统计 of all institutions, and by pharmacist of one. */
export function FiguresPage() {
  const { t } = useTranslation('prescription');
  return (
    <div className={styles.page}>
      <PageTitle page={t('figures.title')} />
      <Head title={t('figures.title')} />
      <ReviewFigures overall />
    </div>
  );
}
