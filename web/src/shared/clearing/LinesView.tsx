import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { useNames } from '../fhir/names';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import { useLines, useStatements } from './useClearing';

const PAGE = 200;

export type Side = 'ours' | 'theirs' | 'institution';

/** What is behind a number: the lines of a day, of a side, a page at a time. Institutions see their own lines alone. */
export function LinesView({ counterpart, day, first, onBack }: { counterpart: string; day: string; first: Side; onBack: () => void }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  const statements = useStatements(counterpart, day);
  const [chosen, setChosen] = useState<number>();
  const [after, setAfter] = useState(0);
  // Who pressed a number of a side means the statement that stands, whatever its number.
  const standing = statements.data?.find(({ side }) => side === first)?.number;
  const statement = chosen ?? (first === 'ours' ? 0 : standing);
  const isNone = statement === undefined && statements.data !== undefined;
  const lines = useLines(counterpart, day, statement, after);
  const names = useNames((lines.data ?? []).map((line) => line.institution));
  const choose = (number: number) => {
    setChosen(number);
    setAfter(0);
  };
  return (
    <>
      <p>
        <button type="button" className={styles.link} onClick={onBack}>
          ‹ {t('back')}
        </button>
      </p>
      <section className={`card ${styles.card}`} aria-labelledby="lines">
        <h2 id="lines">{t('linesTitle', { name: counterpart, day })}</h2>
        <div className={styles.actions}>
          <Button type={statement === 0 ? 'primary' : 'default'} onClick={() => choose(0)}>
            {t('statementOurs')}
          </Button>
          {(statements.data ?? []).map(({ number, side }) => (
            <Button key={number} type={statement === number ? 'primary' : 'default'} onClick={() => choose(number)}>
              {t(side === 'theirs' ? 'statementTheirs' : 'statementInstitution', { number })}
            </Button>
          ))}
        </div>
        {isNone ? (
          <NothingHere title={t('noLines')} />
        ) : lines.data === undefined ? (
          (lines.error ?? statements.error) ? (
            <LoadFailed error={lines.error ?? statements.error} onRetry={() => [lines, statements].forEach((one) => void one.refetch())} />
          ) : (
            <LoadingLines rows={8} />
          )
        ) : lines.data.length === 0 ? (
          <NothingHere title={t('noLines')} />
        ) : (
          <div className={styles.scroll} role="region" aria-labelledby="lines" tabIndex={0}>
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">{t('key')}</th>
                  <th scope="col">{t('time')}</th>
                  <th scope="col">{t('kindName')}</th>
                  <th scope="col">{t('institution')}</th>
                  <th scope="col" className="number">
                    {t('amount')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {lines.data.map((line) => (
                  <tr key={line.number}>
                    <th scope="row" className={styles.key}>
                      {line.key || '–'}
                    </th>
                    <td>{formatMoment(line.at, language)}</td>
                    <td>{t(line.flow === 'refund' ? 'flow.refund' : 'flow.payment')}</td>
                    <td>{line.institution ? (names.get(line.institution) ?? line.institution) : '–'}</td>
                    <td className="number">{formatYuan(line.amount)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {(lines.data?.length ?? 0) === PAGE ? <Button onClick={() => setAfter(lines.data?.at(-1)?.number ?? 0)}>{t('more')}</Button> : null}
      </section>
    </>
  );
}
