import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import styles from '../supervision/Supervision.module.css';
import { ComplaintTag } from './ComplaintCard';
import { useComplaints, type ComplaintState } from './complaints';

/** Complaints to choose from. */
export function ComplaintList({ state, chosen, onChoose }: { state: ComplaintState | undefined; chosen: string | undefined; onChoose: (id: string) => void }) {
  const { t } = useTranslation('complaint');
  const language = useLanguage();
  const list = useComplaints(state);
  return (
    <section className={`card ${styles.card}`} aria-label={t('title')}>
      {list.data === undefined ? (
        list.error ? (
          <LoadFailed error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <LoadingLines rows={6} />
        )
      ) : list.data.length === 0 ? (
        <NothingHere title={t('none')}>{t('noneHint')}</NothingHere>
      ) : (
        <ul className={styles.list}>
          {list.data.map((one) => (
            <li key={one.id}>
              <button type="button" className={styles.item} aria-pressed={one.id === chosen} onClick={() => onChoose(one.id)}>
                <span className={styles.row}>
                  <strong>{t('of', { kind: t(`kind.${one.kind}`) })}</strong>
                  <ComplaintTag state={one.state} />
                </span>
                <span className="muted small">
                  {[one.institution?.display, formatMoment(one.opened, language), one.deadline ? `${t('deadline')} ${formatMoment(one.deadline, language)}` : undefined].filter(Boolean).join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
          {t('more')}
        </Button>
      ) : null}
    </section>
  );
}
