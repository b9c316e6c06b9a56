import { useTranslation } from 'react-i18next';
import { NothingHere } from '../faces/Faces';
import type texts from '../i18n/zh/clearing.json';
import { StatusTag } from '../StatusTag';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import type { Counterpart, Difference } from './useClearing';

/** Differences, each leading to its sides. */
export function CaseTable({ cases, counterparts, onOpen }: { cases: Difference[]; counterparts: Counterpart[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation('clearing');
  const hasLists = cases.some(({ listed }) => listed !== undefined);
  const amount = (value: string | undefined) => (value === undefined ? '–' : formatYuan(value));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="cases">
      <h2 id="cases">{t('cases')}</h2>
      {cases.length === 0 ? (
        <NothingHere title={t('noCases')} />
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="cases" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('key')}</th>
                <th scope="col">{t('day')}</th>
                <th scope="col">{t('counterpart')}</th>
                <th scope="col">{t('kindName')}</th>
                <th scope="col" className="number">
                  {t('ours')}
                </th>
                <th scope="col" className="number">
                  {t('theirs')}
                </th>
                {hasLists ? (
                  <th scope="col" className="number">
                    {t('institution')}
                  </th>
                ) : null}
                <th scope="col">{t('state')}</th>
              </tr>
            </thead>
            <tbody>
              {cases.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    <button type="button" className={styles.link} onClick={() => onOpen(one.id)}>
                      {one.key}
                    </button>
                  </th>
                  <td>{one.day}</td>
                  <td>{counterparts.find(({ name }) => name === one.counterpart)?.display ?? one.counterpart}</td>
                  <td>{t(`kind.${one.kind as keyof typeof texts.kind}`)}</td>
                  <td className="number">{amount(one.ours)}</td>
                  <td className="number">{amount(one.theirs)}</td>
                  {hasLists ? <td className="number">{amount(one.listed)}</td> : null}
                  <td>
                    <StatusTag tone={one.state === 'found' ? 'warning' : 'running'}>{t(`caseState.${one.state as keyof typeof texts.caseState}`)}</StatusTag>
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
