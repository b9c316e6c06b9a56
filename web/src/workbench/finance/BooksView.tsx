import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from '../../shared/clearing/Clearing.module.css';
import { formatYuan } from '../../shared/clearing/money';
import { useCounterparts } from '../../shared/clearing/useClearing';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatMoment, today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import type settlement from '../../shared/i18n/zh/settlement.json';
import type texts from '../../shared/i18n/zh/finance.json';
import { useAccounts, useMovements, type Account, type Movement } from './useBooks';

type Go = (to: Record<string, string>) => void;

/** The institution's accounts, now or at the end of a day, and what moved one of them. */
export function BooksView({ account, day, onGo }: { account: string | undefined; day: string; onGo: Go }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const field = useId();
  const accounts = useAccounts(day);
  if (account !== undefined) return <Movements key={account} account={account} day={day} onBack={() => onGo(day === '' ? {} : { day })} />;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="accounts">
      <div className={styles.head}>
        <h2 id="accounts">{t(day === '' ? 'books.now' : 'books.then', { day })}</h2>
        <div className={styles.actions}>
          <label htmlFor={field}>{t('books.atEnd')}</label>
          <Input id={field} type="date" className={styles.against} value={day} max={today()} onChange={(event) => onGo(event.target.value === '' ? {} : { day: event.target.value })} />
        </div>
      </div>
      {accounts.data === undefined ? (
        accounts.error ? (
          <LoadFailed error={accounts.error} onRetry={() => void accounts.refetch()} />
        ) : (
          <LoadingLines rows={4} />
        )
      ) : accounts.data.length === 0 ? (
        <NothingHere title={t('books.none')}>{t('books.noneHint')}</NothingHere>
      ) : (
        <Accounts all={accounts.data} onOpen={(name) => onGo({ account: name, ...(day === '' ? {} : { day }) })} />
      )}
    </section>
  );
}

/** 应付机构, or for what the institution pays as a payer. */
function useAccountName(): (name: string) => string {
  const { t } = useTranslation(['finance', 'settlement']);
  return (name) => {
    const [kind = '', owner = ''] = name.split('/');
    const payer = owner.split('.').at(-1);
    return kind === 'payer' ? t('books.asPayer', { payer: t(`settlement:payer.${payer as keyof typeof settlement.payer}`, { defaultValue: payer }) }) : t('books.owed');
  };
}

function Accounts({ all, onOpen }: { all: Account[]; onOpen: (name: string) => void }) {
  const { t } = useTranslation('finance');
  const nameOf = useAccountName();
  return (
    <div className={styles.scroll} role="region" aria-labelledby="accounts" tabIndex={0}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('books.account')}</th>
            {(['debits', 'credits', 'balance'] as const).map((column) => (
              <th key={column} scope="col" className="number">
                {t(`books.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                <button type="button" className={styles.link} onClick={() => onOpen(one.name)}>
                  {nameOf(one.name)}
                </button>
              </th>
              <td className="number">{formatYuan(one.debits)}</td>
              <td className="number">{formatYuan(one.credits)}</td>
              <td className="number">
                <strong>{formatYuan(one.balance)}</strong>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Pages that were left, the latest last; back goes one of them back. */
function Movements({ account, day, onBack }: { account: string; day: string; onBack: () => void }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const nameOf = useAccountName();
  const [pages, setPages] = useState<string[]>([]);
  // What the balance that was opened is made of: nothing later than its day.
  const moved = useMovements(account, day === '' ? '' : new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString(), pages.at(-1));
  return (
    <>
      <p>
        <button type="button" className={styles.link} onClick={onBack}>
          ‹ {t('clearing:back')}
        </button>
      </p>
      <section className={`card ${styles.card}`} aria-labelledby="movements">
        <h2 id="movements">{nameOf(account)}</h2>
        {moved.data === undefined ? (
          moved.error ? (
            <LoadFailed error={moved.error} onRetry={() => void moved.refetch()} />
          ) : (
            <LoadingLines rows={10} />
          )
        ) : moved.data.all.length === 0 ? (
          <NothingHere title={t('books.unmoved')} />
        ) : (
          <MovementTable all={moved.data.all} />
        )}
        <div className={styles.actions}>
          {pages.length > 0 ? <Button onClick={() => setPages(pages.slice(0, -1))}>{t('books.later')}</Button> : null}
          {moved.data?.next ? <Button onClick={() => setPages([...pages, moved.data?.next ?? ''])}>{t('books.earlier')}</Button> : null}
        </div>
      </section>
    </>
  );
}

function MovementTable({ all }: { all: Movement[] }) {
  const { t } = useTranslation(['finance', 'settlement']);
  const language = useLanguage();
  const payors = all.map(({ other }) => (other.startsWith('payer/') ? `Organization/${(other.slice(6).split('.')[0] ?? '')}` : undefined));
  const names = useNames(payors);
  const counterparts = useCounterparts();
  const otherOf = (other: string, payor: string | undefined) => {
    const [kind = '', owner = ''] = other.split('/');
    if (kind === 'bank') return t('books.kind.bank');
    const channel = counterparts.data?.find(({ name }) => name === other)?.display;
    if (kind === 'channel' && channel) return channel;
    const named = payor === undefined ? owner : `${names.get(payor) ?? payor.slice('Organization/'.length)} ${t(`settlement:payer.${owner.split('.').at(-1) as keyof typeof settlement.payer}`, { defaultValue: '' })}`;
    return `${t(`books.kind.${kind as keyof typeof texts.books.kind}`, { defaultValue: kind })} ${named}`.trim();
  };
  // `refund-2`, `agreed-1`: the number tells which of several.
  const stepOf = (step: string) => t(`books.step.${step.replace(/-\d+$/, '').replace('.', '-') as keyof typeof texts.books.step}`, { defaultValue: step });
  return (
    <div className={styles.scroll} role="region" aria-labelledby="movements" tabIndex={0}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('books.at')}</th>
            <th scope="col">{t('books.what')}</th>
            <th scope="col">{t('books.intent')}</th>
            <th scope="col">{t('books.other')}</th>
            <th scope="col" className="number">
              {t('books.debit')}
            </th>
            <th scope="col" className="number">
              {t('books.credit')}
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((one, index) => (
            <tr key={one.key}>
              <td>{formatMoment(one.at, language)}</td>
              <td>{stepOf(one.step)}</td>
              <th scope="row" className={styles.key}>
                {one.intent}
              </th>
              <td>{otherOf(one.other, payors[index])}</td>
              {(['debit', 'credit'] as const).map((side) => (
                <td key={side} className="number">
                  {side === one.side ? <Amount of={one} /> : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was only set aside, or given up again, is no money that moved. */
function Amount({ of }: { of: Movement }) {
  const { t } = useTranslation('finance');
  return Number(of.amount) === 0 && Number(of.reserved) !== 0 ? <span className="muted">{t('books.reserved', { amount: formatYuan(of.reserved) })}</span> : formatYuan(of.amount);
}
