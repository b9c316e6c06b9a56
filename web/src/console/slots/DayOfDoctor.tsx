import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatDay, formatMoment, formatTime } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Slots.module.css';
import { useDay, type Group, type SlotFill } from './useSlots';

/** The Slots of one doctor's (or room's) day. */
export function DayOfDoctor({ schedule, day, group }: { schedule: string; day: string; group: Group | undefined }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const slots = useDay(schedule, day);
  const names = useNames([group?.practitioner]);
  const name = group?.name ?? names.get(group?.practitioner ?? '') ?? schedule;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="day">
      <h2 id="day">{t('slots.dayOf', { name, day: formatDay(day, language) })}</h2>
      {slots.data === undefined ? (
        slots.error ? (
          <LoadFailed error={slots.error} onRetry={() => void slots.refetch()} />
        ) : (
          <LoadingLines rows={6} />
        )
      ) : slots.data.length === 0 ? (
        <NothingHere title={t('slots.noSlots')} />
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="day" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('slots.time')}</th>
                <th scope="col" className="number">
                  {t('slots.takenPlaces')}
                </th>
                <th scope="col" className="number">
                  {t('slots.left')}
                </th>
                <th scope="col" className="number">
                  {t('slots.reserved')}
                </th>
                <th scope="col" className="number">
                  {t('slots.kept')}
                </th>
                <th scope="col">{t('slots.state')}</th>
              </tr>
            </thead>
            <tbody>
              {slots.data.map((slot) => (
                <tr key={slot.reference}>
                  <th scope="row">{`${formatTime(slot.start)}–${formatTime(slot.end)}`}</th>
                  <td className="number">{`${formatCount(slot.taken, language)} / ${formatCount(slot.places, language)}`}</td>
                  <td className="number">{formatCount(slot.left, language)}</td>
                  <td className="number">{formatCount(slot.reserved, language)}</td>
                  <td className="number">{formatCount(slot.kept, language)}</td>
                  <td>
                    <State slot={slot} now={Date.now()} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function State({ slot: { closed, opens, start, taken, places }, now }: { slot: SlotFill; now: number }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  if (closed) return <StatusTag tone="warning">{t('slots.closedDay')}</StatusTag>;
  if (Date.parse(start) <= now) return <StatusTag>{t('slots.begun')}</StatusTag>;
  if (Date.parse(opens) > now) return <StatusTag>{t('slots.opensAt', { when: formatMoment(opens, language) })}</StatusTag>;
  return taken >= places ? <StatusTag tone="alert">{t('slots.full')}</StatusTag> : <StatusTag tone="good">{t('slots.free')}</StatusTag>;
}
