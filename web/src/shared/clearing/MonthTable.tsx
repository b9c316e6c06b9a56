import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { LoadFailed, NothingHere } from '../faces/Faces';
import { file } from '../fhir/client';
import { useNames } from '../fhir/names';
import type texts from '../i18n/zh/clearing.json';
import { save } from '../save';
import { StatusTag } from '../StatusTag';
import styles from './Clearing.module.css';
import { formatYuan } from './money';
import type { Counterpart, Month, useAct } from './useClearing';

/** What the clearing centre does next with a month; the platform says whether it is this reader's to do. */
const NEXT: Record<string, 'advance' | 'settle' | undefined> = { confirmed: 'advance', advanced: 'settle' };

/** What each owes each of a month, and the steps of paying it. @param isOwn whether all are of the reader's institution */
export function MonthTable({ month, months, counterparts, may, act, onOpen, isOwn = false }: { month: string; months: Month[]; counterparts: Counterpart[]; may: boolean; act: ReturnType<typeof useAct>; onOpen: (id: string) => void; isOwn?: boolean }) {
  const { t } = useTranslation('clearing');
  const names = useNames(months.map((one) => one.institution));
  const download = useMutation({ mutationFn: async (of: string) => save(await file(`$clearing-month-file?month=${of}`), `clearing-${of}.csv`) });
  return (
    <section className={`card ${styles.card}`} aria-labelledby="months">
      <div className={styles.head}>
        <div>
          <h2 id="months">{t('months')}</h2>
          <p className="muted small">{t('monthsHint')}</p>
        </div>
        <div className={styles.actions}>
          {may
            ? counterparts.map(({ name, display }) => (
                <Button key={name} size="small" disabled={act.isPending} onClick={() => act.mutate({ operation: 'month-draw', values: { counterpart: name, month } })}>
                  {t('draw')} {display}
                </Button>
              ))
            : null}
          {months.length > 0 ? (
            <Button size="small" loading={download.isPending} onClick={() => download.mutate(month)}>
              {t('csv')}
            </Button>
          ) : null}
        </div>
      </div>
      {download.error ? <LoadFailed error={download.error} onRetry={() => download.mutate(month)} /> : null}
      {months.length === 0 ? (
        <NothingHere title={t('noMonths')} />
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="months" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                {isOwn ? null : <th scope="col">{t('institution')}</th>}
                <th scope="col">{t('counterpart')}</th>
                {(['in', 'out', 'adjusted', 'dueColumn', 'advance'] as const).map((column) => (
                  <th key={column} scope="col" className="number">
                    {t(column)}
                  </th>
                ))}
                <th scope="col">{t('state')}</th>
                {may ? <th scope="col">{t('actions')}</th> : null}
              </tr>
            </thead>
            <tbody>
              {months.map((one) => {
                const next = NEXT[one.state];
                const counterpart = counterparts.find(({ name }) => name === one.counterpart)?.display ?? one.counterpart;
                return (
                  <tr key={one.id}>
                    <th scope="row">
                      <button type="button" className={styles.link} onClick={() => onOpen(one.id)}>
                        {isOwn ? counterpart : (names.get(one.institution) ?? one.institution)}
                      </button>
                    </th>
                    {isOwn ? null : <td>{counterpart}</td>}
                    {([one.in, one.out, one.adjusted, one.due, one.advance] as const).map((amount, index) => (
                      <td key={index} className="number">
                        {formatYuan(amount)}
                      </td>
                    ))}
                    <td>
                      <StatusTag tone={one.state === 'settled' ? 'good' : one.state === 'disputed' ? 'alert' : 'running'}>{t(`monthState.${one.state as keyof typeof texts.monthState}`)}</StatusTag>
                    </td>
                    {may ? (
                      <td>
                        {next ? (
                          <Button size="small" disabled={act.isPending} onClick={() => act.mutate({ operation: 'month-step', values: { id: one.id, step: next } })}>
                            {t(`step.${next}`)}
                          </Button>
                        ) : null}
                      </td>
                    ) : null}
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
