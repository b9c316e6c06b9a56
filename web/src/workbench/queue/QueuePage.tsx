import { useTranslation } from 'react-i18next';
// The desk was written to stand in either entry; it needs nothing around it but a session.
import { QueueDesk } from '../../console/queue/QueueDesk';
import { PageTitle } from '../../shared/PageTitle';
import lists from '../Lists.module.css';

/** 候诊叫号: who is next, and check-in. */
export function QueuePage() {
  const { t } = useTranslation('workbench');
  return (
    <div className={lists.page}>
      <PageTitle page={t('lists.queue')} />
      <h1>{t('lists.queue')}</h1>
      <QueueDesk />
    </div>
  );
}
