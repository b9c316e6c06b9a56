import { useTranslation } from 'react-i18next';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Slots.module.css';
import type { Figures } from './useSlots';

/** Schedules that put nothing into the pool; of the region the institutions that have some. */
export function UnreleasedList({ figures: { unreleased, unreleasedCount }, level, onOpen }: { figures: Figures; level: 'institution' | 'department'; onOpen: (institution: string) => void }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  return (
    <section className={`card ${styles.card}`} aria-labelledby="unreleased">
      <div>
        <h2 id="unreleased">{t('slots.unreleased')}</h2>
        <p className="muted small">{t('slots.unreleasedLead')}</p>
      </div>
      {unreleasedCount === 0 ? (
        <p>
          <StatusTag tone="good">{t('slots.allReleased')}</StatusTag>
        </p>
      ) : (
        <ul className={styles.list} aria-labelledby="unreleased">
          {unreleased.map(({ reference, name, schedules, why }) => (
            <li key={reference ?? ''}>
              {level === 'institution' && reference ? (
                <button type="button" className={styles.link} onClick={() => onOpen(reference.slice('Organization/'.length))}>
                  {name ?? reference}
                </button>
              ) : (
                <span>{name ?? reference ?? t('slots.nobodys')}</span>
              )}
              {level === 'institution' ? <span className="muted">{t('slots.schedules', { number: formatCount(schedules, language) })}</span> : why ? <StatusTag tone={why === 'refused' || why === 'bad-rule' ? 'bad' : 'warning'}>{t(`slots.why.${why}`)}</StatusTag> : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
