import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatYuan } from '../../shared/clearing/money';
import { LoadFailed } from '../../shared/faces/Faces';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import type texts from '../../shared/i18n/zh/tariff.json';
import styles from './Tariff.module.css';
import { useAct, useCheck, type CheckedLine } from './useTariff';

const TONES: Record<CheckedLine['effect'], Tone> = { new: 'good', ends: 'warning', same: 'plain', clash: 'bad' };
const HEADER = 'code,name,unit,category,class,own_percent,price,from,to,level,institution';

/** A list, first what it would do, then taken. What is changed after the look has to be looked at again. */
export function LoadList({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('tariff');
  const id = useId();
  const [list, setList] = useState('');
  const check = useCheck();
  const load = useAct('$price-load');
  const change = (text: string) => {
    setList(text);
    check.reset();
    load.reset();
  };
  const wrong = (check.data?.faults.length ?? 0) + (check.data?.lines.filter(({ effect }) => effect === 'clash').length ?? 0);
  const changing = check.data?.lines.filter(({ effect }) => effect === 'new' || effect === 'ends').length ?? 0;
  return (
    <section className={`card ${styles.card}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('load.title')}</h2>
      <p className="muted small">
        {t('load.hint')} <code>{HEADER}</code>
      </p>
      <form
        className={styles.card}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          check.mutate(list);
        }}
      >
        <div className={styles.actions}>
          <label htmlFor={`${id}-file`}>{t('load.file')}</label>
          <input id={`${id}-file`} type="file" accept=".csv,.txt" onChange={(event) => void event.target.files?.[0]?.text().then(change)} />
        </div>
        <label htmlFor={`${id}-list`}>{t('load.list')}</label>
        <Input.TextArea id={`${id}-list`} className={styles.mono} rows={8} value={list} spellCheck={false} onChange={(event) => change(event.target.value)} />
        {(check.error ?? load.error) ? <LoadFailed error={check.error ?? load.error} compact /> : null}
        {load.data ? <p role="status">{t('load.taken', { number: load.data.parameter?.find(({ name }) => name === 'changed')?.valueInteger ?? 0 })}</p> : null}
        <div className={styles.actions}>
          <Button htmlType="submit" type={check.data ? 'default' : 'primary'} loading={check.isPending} disabled={list.trim() === ''}>
            {t('load.check')}
          </Button>
          <Button type={check.data ? 'primary' : 'default'} loading={load.isPending} disabled={!check.data || wrong > 0 || changing === 0 || load.isSuccess} onClick={() => load.mutate({ list })}>
            {t('load.take', { number: changing })}
          </Button>
          <Button onClick={onDone}>{t(load.isSuccess ? 'load.done' : 'cancel')}</Button>
        </div>
      </form>
      {check.data ? <Found {...check.data} /> : null}
    </section>
  );
}

function Found({ lines, faults }: NonNullable<ReturnType<typeof useCheck>['data']>) {
  const { t } = useTranslation('tariff');
  const counts = (['new', 'ends', 'same', 'clash'] as const).map((effect) => [effect, lines.filter((line) => line.effect === effect).length] as const);
  return (
    <>
      <ul className={styles.counts} aria-label={t('load.found')}>
        {counts.map(([effect, count]) =>
          count > 0 ? (
            <li key={effect}>
              <StatusTag tone={TONES[effect]}>
                {t(`effect.${effect}`)} {count}
              </StatusTag>
            </li>
          ) : null,
        )}
        {faults.length > 0 ? (
          <li>
            <StatusTag tone="bad">
              {t('effect.fault')} {faults.length}
            </StatusTag>
          </li>
        ) : null}
      </ul>
      {faults.length > 0 ? (
        <ul className={styles.faults}>
          {faults.map(({ number, what }) => (
            <li key={number}>{t('load.fault', { number, what: t(`column.${what as keyof typeof texts.column}`) })}</li>
          ))}
        </ul>
      ) : null}
      {lines.some(({ effect }) => effect !== 'same') ? (
        <div className={styles.scroll} role="region" aria-label={t('load.found')} tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col" className="number">
                  {t('load.line')}
                </th>
                <th scope="col">{t('column.code')}</th>
                <th scope="col">{t('column.name')}</th>
                <th scope="col" className="number">
                  {t('load.before')}
                </th>
                <th scope="col" className="number">
                  {t('column.price')}
                </th>
                <th scope="col">{t('prices.span')}</th>
                <th scope="col">{t('load.does')}</th>
              </tr>
            </thead>
            <tbody>
              {lines
                .filter(({ effect }) => effect !== 'same')
                .map((line) => (
                  <tr key={line.number}>
                    <td className="number">{line.number}</td>
                    <td className={styles.mono}>{line.code}</td>
                    <th scope="row">{line.name}</th>
                    <td className="number">{line.before ? formatYuan(line.before) : '–'}</td>
                    <td className="number">{formatYuan(line.price)}</td>
                    <td>{line.to ? t('span', { from: line.from, to: line.to }) : t('spanOpen', { from: line.from })}</td>
                    <td>
                      <StatusTag tone={TONES[line.effect]}>{t(`effect.${line.effect}`)}</StatusTag>
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}
