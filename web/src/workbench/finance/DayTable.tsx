import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from '../../shared/clearing/Clearing.module.css';
import { formatYuan } from '../../shared/clearing/money';
import type { Book, Counterpart, OwnDay, Sums } from '../../shared/clearing/useClearing';
import { NothingHere } from '../../shared/faces/Faces';
import { formatDay } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag, type Tone } from '../../shared/StatusTag';

const TONES: Record<Book['state'], Tone> = { open: 'warning', matched: 'running', closed: 'good' };

/** The institution's part of each counterpart's day; numbers lead to their lines. */
export function DayTable({ days, counterparts, onGo, action }: { days: OwnDay[]; counterparts: Counterpart[]; onGo: (to: Record<string, string>) => void; action: ReactNode }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const language = useLanguage();
  return (
    <section className={`card ${styles.card}`} aria-labelledby="own-days">
      <div className={styles.head}>
        <div>
          <h2 id="own-days">{t('clearing:days')}</h2>
          <p className="muted small">{t('daysHint')}</p>
        </div>
        {action}
      </div>
      {days.length === 0 ? (
        <NothingHere title={t('noDays')}>{t('noDaysHint')}</NothingHere>
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="own-days" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('clearing:day')}</th>
                <th scope="col">{t('clearing:counterpart')}</th>
                <th scope="col" className="number">
                  {t('ownList')}
                </th>
                <th scope="col" className="number">
                  {t('clearing:ours')}
                </th>
                <th scope="col" className="number">
                  {t('clearing:diff')}
                </th>
                <th scope="col">{t('clearing:state')}</th>
                <th scope="col">{t('clearing:actions')}</th>
              </tr>
            </thead>
            <tbody>
              {days.map((one) => {
                const known = counterparts.find(({ name }) => name === one.counterpart);
                const what = { counterpart: one.counterpart, day: one.day };
                return (
                  <tr key={`${one.day} ${one.counterpart}`}>
                    <td>{formatDay(one.day, language)}</td>
                    <th scope="row">{known?.display ?? one.counterpart}</th>
                    <td className="number">{one.listed ? <Lines sums={one.listed} onOpen={() => onGo({ ...what, side: 'institution' })} /> : <span className="muted">{t('notSent')}</span>}</td>
                    <td className="number">
                      {one.ours ? (
                        <Lines sums={one.ours} onOpen={() => onGo({ ...what, side: 'ours' })} />
                      ) : one.state === 'matched' ? (
                        <button type="button" className={styles.link} onClick={() => onGo({ ...what, side: 'ours' })}>
                          {t('look')}
                        </button>
                      ) : (
                        '–'
                      )}
                    </td>
                    <td className="number">{one.open > 0 ? <StatusTag tone="alert">{t('openOf', { open: formatCount(one.open, language), all: formatCount(one.differences, language) })}</StatusTag> : one.state === 'open' ? '–' : formatCount(one.differences, language)}</td>
                    <td>
                      <StatusTag tone={TONES[one.state]}>{t(`clearing:bookState.${one.state}`)}</StatusTag>
                    </td>
                    <td>
                      {one.state !== 'closed' && known?.lists ? (
                        <Button size="small" onClick={() => onGo({ send: '1', ...what })}>
                          {t(one.listed ? 'send.again' : 'send.this')}
                        </Button>
                      ) : null}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** How many lines, what came, and what went back. */
function Lines({ sums, onOpen }: { sums: Sums; onOpen: () => void }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const language = useLanguage();
  return (
    <button type="button" className={styles.link} onClick={onOpen}>
      {t('clearing:lines', { number: formatCount(sums.lines, language) })}
      <span className={styles.amount}>{formatYuan(sums.in)}</span>
      {Number(sums.out) > 0 ? <span className={styles.amount}>{t('wentBack', { amount: formatYuan(sums.out) })}</span> : null}
    </button>
  );
}
