import { useTranslation } from 'react-i18next';
import { NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatDay } from '../../shared/format/dates';
import { formatCount, formatShare } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import styles from './Slots.module.css';
import { fillRate, missRate, sumOf, type DayFill, type Figures, type Group } from './useSlots';

/** Per cent as they are shown from which a day counts as full: what is left is not worth a journey to find. */
const FULL = 95;

type Level = 'institution' | 'department' | 'schedule';

const idOf = (reference: string) => reference.slice(reference.indexOf('/') + 1);

/** A line for each institution, department or doctor, the fullest first; a column for each day with a bar of what is taken. */
export function FillTable({ figures, level, chosen, onOpen, onDay }: { figures: Figures; level: Level; chosen: { schedule: string; day: string } | undefined; onOpen: (id: string) => void; onDay: (id: string, day: string) => void }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const days = [...new Set(figures.groups.flatMap((group) => group.days.map(({ day }) => day)))].sort();
  const names = useNames(figures.groups.flatMap(({ name, practitioner }) => (name ? [] : [practitioner])));
  const lines = figures.groups.map((group) => ({ group, all: sumOf(group.days) })).sort((a, b) => (fillRate(b.all) ?? -1) - (fillRate(a.all) ?? -1) || b.all.opened - a.all.opened);
  const nameOf = ({ name, practitioner, reference }: Group) => name ?? names.get(practitioner ?? '') ?? (reference === '' ? t('slots.noDepartment') : idOf(reference));
  const count = (value: number) => formatCount(value, language);
  return (
    <section className={`card ${styles.card}`} aria-labelledby="fill">
      <div>
        <h2 id="fill">{t(`slots.by.${level}`)}</h2>
        <p className="muted small">{t('slots.cellHint')}</p>
      </div>
      {lines.length === 0 ? (
        <NothingHere title={t('slots.none')}>{t('slots.noneHint')}</NothingHere>
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="fill" tabIndex={0}>
          <table className={`data ${styles.fill}`}>
            <thead>
              <tr>
                <th scope="col">{t(`slots.names.${level}`)}</th>
                <th scope="col" className="number">
                  {t('slots.taken')}
                </th>
                <th scope="col" className="number">
                  {t('slots.left')}
                </th>
                <th scope="col" className="number">
                  {t('slots.waiting')}
                </th>
                <th scope="col" className="number">
                  {t('slots.missedShort')}
                </th>
                {days.map((day) => (
                  <th key={day} scope="col" className={styles.day}>
                    {day.slice(5)}
                    <span className={styles.weekday}>{formatDay(day, language).slice(11)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {lines.map(({ group, all }) => (
                <tr key={group.reference}>
                  <th scope="row">
                    {level === 'schedule' || group.reference === '' ? (
                      <span>{nameOf(group)}</span>
                    ) : (
                      <button type="button" className={styles.link} onClick={() => onOpen(idOf(group.reference))}>
                        {nameOf(group)}
                      </button>
                    )}
                  </th>
                  <td className="number">{formatShare(fillRate(all))}</td>
                  <td className="number">{count(all.left)}</td>
                  <td className="number">{all.waiting > 0 ? count(all.waiting) : '–'}</td>
                  <td className="number">{formatShare(missRate(group))}</td>
                  {days.map((day) => {
                    const fill = group.days.find((one) => one.day === day);
                    return (
                      <td key={day} className={styles.day}>
                        <Cell fill={fill} name={nameOf(group)} {...(level === 'schedule' && fill ? { onOpen: () => onDay(idOf(group.reference), day), pressed: chosen?.schedule === idOf(group.reference) && chosen.day === day } : {})} />
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A day: how much is taken as word and bar; full, closed and not opened yet in words. */
function Cell({ fill, name, onOpen, pressed }: { fill: DayFill | undefined; name: string; onOpen?: () => void; pressed?: boolean }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  if (!fill || (fill.places === 0 && fill.closed === 0)) return <span className={styles.nothing}>–</span>;
  const rate = fillRate(fill);
  const state = fill.places === 0 ? 'closed' : rate === undefined ? 'later' : Math.round(rate * 100) >= FULL ? 'full' : 'open';
  const word = state === 'closed' ? t('slots.closedDay') : state === 'later' ? t('slots.later') : formatShare(rate);
  const words = t('slots.cell', { taken: formatCount(fill.booked + fill.held, language), places: formatCount(fill.opened || fill.places, language), left: formatCount(fill.left, language) });
  const share = { '--share': `${Math.round((rate ?? 0) * 100)}%` } as React.CSSProperties;
  return onOpen ? (
    <button type="button" className={styles.cell} data-state={state} style={share} title={words} aria-pressed={pressed} aria-label={`${name} ${formatDay(fill.day, language)} ${word} ${words}`} onClick={onOpen}>
      {word}
    </button>
  ) : (
    <span className={styles.cell} data-state={state} style={share} title={words}>
      {word}
    </span>
  );
}
