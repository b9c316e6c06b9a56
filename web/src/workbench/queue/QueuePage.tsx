import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../shared/PageTitle';
import styles from './Queue.module.css';
import { QueueDesk } from './QueueDesk';
import { Screens } from './Screens';

/** 候诊叫号: the desk of whoever works in a queue, and the screens of the hall. */
export function QueuePage() {
  const { t } = useTranslation('queue');
  return (
    <div className={styles.page}>
      <PageTitle page={t('title')} />
      <h1>{t('title')}</h1>
      <QueueDesk />
      <Screens />
    </div>
  );
}
