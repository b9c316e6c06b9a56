import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import { useLines, useStatements } from './useClearing';

const PAGE = 200;

/** What is behind a number: the lines of a day, ours or of a statement, a page at a time. */
export function LinesView({ counterpart, day, first, onBack }: { counterpart: string; day: string; first: number; onBack: () => void }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  const statements = useStatements(counterpart, day);
  const [chosen, setChosen] = useState<number>();
  const [after, setAfter] = useState(0);
  // Who pressed the number of theirs means the statement that stands, whatever its number.
  const theirs = statements.data?.find(({ side }) => side === 'theirs')?.number;
  const statement = chosen ?? (first === 0 ? 0 : (theirs ?? first));
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
        {lines.data === undefined ? (
          lines.error ? (
            <LoadFailed error={lines.error} onRetry={() => void lines.refetch()} />
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
