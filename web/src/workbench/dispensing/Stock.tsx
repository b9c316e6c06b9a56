import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Dispensing.module.css';
import { useStock, useTell, type Line } from './useDispensing';

const STEP = 50;

/** What is on the shelves, and what it costs; one line is told anew by hand, all of them by the pharmacy's system. */
export function Stock() {
  const { t } = useTranslation('dispensing');
  const { data, error, refetch } = useStock();
  const [typed, setTyped] = useState('');
  const [edited, setEdited] = useState<string>();
  const [shown, setShown] = useState(STEP);
  const words = typed.trim().toLowerCase();
  const found = data?.filter(({ name, item, maker }) => [name, item, maker].some((text) => text.toLowerCase().includes(words))) ?? [];
  return (
    <>
      <p className="muted">{t('stock.lead')}</p>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {data?.length === 0 ? <NothingHere title={t('stock.none')}>{t('stock.noneHint')}</NothingHere> : null}
      {data && data.length > 0 ? (
        <>
          <Input className={styles.filter} aria-label={t('stock.filter')} placeholder={t('stock.filter')} value={typed} allowClear onChange={(event) => setTyped(event.target.value)} />
          {found.length === 0 ? <NothingHere title={t('stock.notFound')} /> : null}
          {found.length > 0 ? (
            <div className={`card ${styles.scroll}`} tabIndex={0} role="region" aria-label={t('tab.stock')}>
              <table className="data">
                <thead>
                  <tr>
                    <th scope="col">{t('stock.name')}</th>
                    <th scope="col">{t('stock.item')}</th>
                    <th scope="col" className="number">
                      {t('stock.quantity')}
                    </th>
                    <th scope="col" className="number">
                      {t('stock.price')}
                    </th>
                    <th scope="col">{t('stock.told')}</th>
                    <th scope="col">
                      <span className="visually-hidden">{t('stock.edit')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>{found.slice(0, shown).map((line) => (edited === line.item ? <Edit key={line.item} line={line} done={() => setEdited(undefined)} /> : <Shown key={line.item} line={line} edit={() => setEdited(line.item)} />))}</tbody>
              </table>
            </div>
          ) : null}
          {found.length > shown ? (
            <div>
              <Button onClick={() => setShown(shown + STEP)}>{t('stock.more', { shown, all: found.length })}</Button>
            </div>
          ) : null}
        </>
      ) : null}
    </>
  );
}

const Name = ({ line }: { line: Line }) => {
  const { t } = useTranslation('dispensing');
  return (
    <th scope="row" className={styles.name}>
      {line.name} {line.known ? null : <StatusTag tone="warning">{t('stock.unknown')}</StatusTag>}
      <span className="muted small">{line.maker}</span>
    </th>
  );
};

function Shown({ line, edit }: { line: Line; edit: () => void }) {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  return (
    <tr>
      <Name line={line} />
      <td>{line.item}</td>
      <td className="number">
        {formatCount(line.quantity, language)} {line.unit}
      </td>
      <td className="number">{line.per === 1 ? `¥${line.price}` : t('stock.per', { price: line.price, per: line.per, unit: line.unit })}</td>
      <td>
        {formatMoment(line.told, language)} {line.old ? <StatusTag tone="alert">{t('stock.old')}</StatusTag> : null}
      </td>
      <td>
        <Button size="small" onClick={edit} aria-label={t('stock.editOf', { name: line.name })}>
          {t('stock.edit')}
        </Button>
      </td>
    </tr>
  );
}

function Edit({ line, done }: { line: Line; done: () => void }) {
  const { t } = useTranslation('dispensing');
  const tell = useTell();
  const [quantity, setQuantity] = useState(String(line.quantity));
  const [price, setPrice] = useState(line.price);
  const wrong = !/^\d{1,7}$/.test(quantity.trim()) ? 'quantity' : !/^\d{1,7}(\.\d{1,2})?$/.test(price.trim()) ? 'price' : undefined;
  const save = () => {
    const { item, name, maker, code, unit, per } = line;
    if (!wrong && !tell.isPending) tell.mutate({ item, name, maker, code, unit, per, quantity: quantity.trim(), price: price.trim() }, { onSuccess: done });
  };
  const byKey = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') save();
    if (event.key === 'Escape') done();
  };
  return (
    <tr>
      <Name line={line} />
      <td>{line.item}</td>
      <td className="number">
        <Input className={styles.few} autoFocus inputMode="numeric" aria-label={t('stock.quantity')} status={wrong === 'quantity' ? 'error' : ''} value={quantity} onKeyDown={byKey} onChange={(event) => setQuantity(event.target.value)} />
      </td>
      <td className="number">
        <Input className={styles.few} inputMode="decimal" aria-label={t('stock.price')} status={wrong === 'price' ? 'error' : ''} value={price} onKeyDown={byKey} onChange={(event) => setPrice(event.target.value)} />
      </td>
      <td>
        <span role="alert" className={styles.problem}>
          {wrong ? t(`stock.wrong.${wrong}`) : ''}
        </span>
        {tell.error ? <LoadFailed error={tell.error} compact /> : null}
      </td>
      <td>
        <span className={styles.pair}>
          <Button size="small" type="primary" loading={tell.isPending} onClick={save}>
            {t('stock.save')}
          </Button>
          <Button size="small" onClick={done}>
            {t('stock.cancel')}
          </Button>
        </span>
      </td>
    </tr>
  );
}
