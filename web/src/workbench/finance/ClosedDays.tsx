import { useTranslation } from 'react-i18next';
import styles from '../../shared/clearing/Clearing.module.css';
import { formatYuan, minus } from '../../shared/clearing/money';
import type { Close } from '../../shared/clearing/useClearing';
import { NothingHere } from '../../shared/faces/Faces';
import { formatDay, formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';

/** Days of the institution that were sealed: with the digest that its own copy can be held against. */
export function ClosedDays({ closes }: { closes: Close[] }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const language = useLanguage();
  return (
    <section className={`card ${styles.card}`} aria-labelledby="closed-days">
      <div>
        <h2 id="closed-days">{t('closed.title')}</h2>
        <p className="muted small">{t('closed.hint')}</p>
      </div>
      {closes.length === 0 ? (
        <NothingHere title={t('closed.none')} />
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="closed-days" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('clearing:day')}</th>
                <th scope="col" className="number">
                  {t('closed.number')}
                </th>
                <th scope="col">{t('closed.at')}</th>
                <th scope="col" className="number">
                  {t('closed.balance')}
                </th>
                <th scope="col">{t('closed.digest')}</th>
              </tr>
            </thead>
            <tbody>
              {closes.map((one) => (
                <tr key={one.day}>
                  <th scope="row">{formatDay(one.day, language)}</th>
                  <td className="number">{one.number}</td>
                  <td>{formatMoment(one.at, language)}</td>
                  <td className="number">{formatYuan(minus(one.credits, one.debits))}</td>
                  <td className={styles.key}>
                    <code>{one.digest}</code>
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
