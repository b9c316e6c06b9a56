import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatYuan } from '../../shared/clearing/money';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { today } from '../../shared/format/dates';
import { runsPlatform, useRole } from '../useRole';
import { Head } from './Head';
import { LoadList } from './LoadList';
import styles from './Tariff.module.css';
import './texts';
import { MOST, usePrices, type PriceItem } from './useTariff';

/** 价格项目: what things cost on a day, and lists that are loaded. What is searched for stands in the address. */
export function PricesPage() {
  const { t } = useTranslation('tariff');
  const [query, setQuery] = useSearchParams();
  const role = useRole();
  const id = useId();
  const day = /^\d{4}-\d{2}-\d{2}$/.test(query.get('day') ?? '') ? (query.get('day') ?? '') : today();
  const q = query.get('q') ?? '';
  const [typed, setTyped] = useState(q);
  const [isLoading, setLoading] = useState(false);
  const prices = usePrices(q, day);
  const go = (next: { q: string; day: string }) => setQuery({ ...(next.q === '' ? {} : { q: next.q }), ...(next.day === today() ? {} : { day: next.day }) });
  return (
    <div className={styles.page}>
      <Head page="prices" />
      {isLoading ? <LoadList onDone={() => setLoading(false)} /> : null}
      <section className={`card ${styles.card}`} aria-labelledby={`${id}-list`}>
        <div className={styles.head}>
          <form
            role="search"
            aria-label={t('prices.find')}
            className={styles.actions}
            onSubmit={(event) => {
              event.preventDefault();
              go({ q: typed.trim(), day });
            }}
          >
            <label htmlFor={`${id}-q`}>{t('prices.search')}</label>
            <Input id={`${id}-q`} className={styles.field} value={typed} allowClear maxLength={60} placeholder={t('prices.searchHint')} onChange={(event) => setTyped(event.target.value)} />
            <label htmlFor={`${id}-day`}>{t('prices.day')}</label>
            <Input id={`${id}-day`} className={styles.field} type="date" value={day} onChange={(event) => go({ q, day: event.target.value || today() })} />
            <Button htmlType="submit">{t('prices.find')}</Button>
          </form>
          {runsPlatform(role) && !isLoading ? (
            <Button type="primary" onClick={() => setLoading(true)}>
              {t('load.title')}
            </Button>
          ) : null}
        </div>
        <h2 id={`${id}-list`} className="visually-hidden">
          {t('prices.title')}
        </h2>
        {prices.data === undefined ? (
          prices.error ? (
            <LoadFailed error={prices.error} onRetry={() => void prices.refetch()} />
          ) : (
            <LoadingLines rows={10} />
          )
        ) : prices.data.length === 0 ? (
          <NothingHere title={t('prices.none')}>{t('prices.noneHint')}</NothingHere>
        ) : (
          <>
            <PriceTable items={prices.data} labelledBy={`${id}-list`} />
            {prices.data.length === MOST ? <p className="muted small">{t('prices.more', { most: MOST })}</p> : null}
          </>
        )}
      </section>
    </div>
  );
}

function PriceTable({ items, labelledBy }: { items: PriceItem[]; labelledBy: string }) {
  const { t } = useTranslation(['tariff', 'settlement']);
  const names = useNames(items.map(({ institution }) => (institution ? `Organization/${institution}` : undefined)));
  const forWhom = ({ institution, level }: PriceItem) => (institution ? (names.get(`Organization/${institution}`) ?? institution) : level ? t(`level.${level as '1'}`) : t('prices.all'));
  return (
    <div className={styles.scroll} role="region" aria-labelledby={labelledBy} tabIndex={0}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('column.code')}</th>
            <th scope="col">{t('column.name')}</th>
            <th scope="col" className="number">
              {t('column.price')}
            </th>
            <th scope="col">{t('column.unit')}</th>
            <th scope="col">{t('column.class')}</th>
            <th scope="col">{t('prices.for')}</th>
            <th scope="col">{t('prices.span')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={`${one.code} ${one.level ?? ''} ${one.institution ?? ''}`}>
              <td className={styles.mono}>{one.code}</td>
              <th scope="row">{one.name}</th>
              <td className="number">{formatYuan(one.price)}</td>
              <td>{one.per > 1 ? `${one.per} ${one.unit}` : one.unit}</td>
              <td>
                {t(`settlement:classes.${one.insurance}`)}
                {one.insurance === 'B' ? <span className="muted small"> {t('prices.ownFirst', { percent: one.ownPercent })}</span> : null}
              </td>
              <td>{forWhom(one)}</td>
              <td>{one.to ? t('span', { from: one.from, to: one.to }) : t('spanOpen', { from: one.from })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
