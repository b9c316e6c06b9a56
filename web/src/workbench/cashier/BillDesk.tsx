import { Button, Checkbox, Input, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Qr } from '../../shared/card/Qr';
import { useChannels, usePay, useSimulate, useTogether } from '../../shared/pay/orders';
import { isToPay, useCollect, usePayLater, useSettledBill, type SettledBill } from '../../shared/settlement/bills';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Cashier.module.css';
import { BILL_TONES, SHARE_TONES, yuan } from './tones';
import { useBillStep } from './useCashier';

/** One bill at the counter: its lines, who pays what and why, and what can be done with it now. */
export function BillDesk({ id, patient, name }: { id: string; patient: string; name: string }) {
  const bill = useSettledBill(id);
  if (bill.data === undefined) return <section className="card">{bill.error ? <LoadFailed error={bill.error} onRetry={() => void bill.refetch()} /> : <LoadingLines rows={10} />}</section>;
  return <Shown bill={bill.data} patient={patient} name={name} />;
}

function Shown({ bill, patient, name }: { bill: SettledBill; patient: string; name: string }) {
  const { t } = useTranslation('settlement');
  const language = useLanguage();
  const [back, setBack] = useState<string[]>([]);
  const step = useBillStep();
  const canBeTakenBack = bill.state === 'settled' || bill.state === 'owing' || bill.state === 'deferred' || bill.state === 'settling';
  return (
    <article className={`card ${styles.part} ${styles.paper}`}>
      <header className={styles.head}>
        <h2>
          {bill.where} <span className={styles.printed}>{name}</span>
        </h2>
        <StatusTag tone={BILL_TONES[bill.state]}>{t(`states.${bill.state}`)}</StatusTag>
      </header>
      <dl className={styles.figures}>
        {(
          [
            ['total', bill.total],
            ['eligible', bill.eligible],
            ['own', bill.own],
            ['open', bill.open],
          ] as const
        ).map(([key, value]) =>
          value === undefined ? null : (
            <div key={key}>
              <dt>{t(key)}</dt>
              <dd>{yuan(value)}</dd>
            </div>
          ),
        )}
      </dl>
      <p className="muted small">
        {t('number')} {bill.id} · {formatMoment(bill.created, language)}
      </p>
      <div className={styles.screen}>
        {bill.state === 'presettled' ? (
          <Button type="primary" size="large" loading={step.isPending} onClick={() => step.mutate({ path: `Claim/${bill.id}/$settle` })}>
            {t('settle')}
          </Button>
        ) : null}
        {isToPay(bill) ? <Take bill={bill} patient={patient} /> : null}
      </div>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      {bill.replaces ? <p className="small">{t('replaced', { number: bill.replaces.replace('Claim/', '') })}</p> : null}
      {bill.reason ? <p>{t('reasonOf', { reason: t(`reasons.${bill.reason as 'payer-refused'}`, { defaultValue: bill.reason }) })}</p> : null}
      <Shares bill={bill} />
      <Lines bill={bill} chosen={back} choose={canBeTakenBack ? setBack : undefined} />
      <p className="muted small">{bill.source}</p>
      <div className={styles.screen}>
        {canBeTakenBack ? <TakeBack bill={bill} chosen={back} done={() => setBack([])} /> : null}
        <Button onClick={() => print()}>{t('print')}</Button>
      </div>
    </article>
  );
}

/** Who pays what, and how it was reckoned; a payer is shown its own share alone. */
export function Shares({ bill }: { bill: SettledBill }) {
  const { t } = useTranslation('settlement');
  return (
    <div className="data-scroll" tabIndex={0} role="region" aria-label={t('shares')}>
      <table className={styles.table}>
        <caption>{t('shares')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('payerHead')}</th>
            <th scope="col">{t('how')}</th>
            <th scope="col">{t('stateHead')}</th>
            <th scope="col">{t('amount')}</th>
          </tr>
        </thead>
        <tbody>
          {bill.shares.map(({ payer, state, amount, why }) => (
            <tr key={payer}>
              <th scope="row">{t(`payer.${payer}`)}</th>
              <td className="small">
                {bill.reckonings
                  .filter((line) => line.payer === payer)
                  .map((line, index) => (
                    <span key={index} className={styles.reckoning}>
                      {t(`what.${line.what}`, { base: yuan(line.base), percent: line.percent ?? 0, amount: yuan(line.amount) })}
                    </span>
                  ))}
              </td>
              <td>
                <StatusTag tone={SHARE_TONES[state]}>{t(`share.${state}`)}</StatusTag> {why}
              </td>
              <td>{yuan(amount)}</td>
            </tr>
          ))}
          {bill.own === '' ? null : (
            <tr>
              <th scope="row">{t('payer.own')}</th>
              <td />
              <td />
              <td>{yuan(bill.own)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

export function Lines({ bill, chosen, choose }: { bill: SettledBill; chosen: string[]; choose: ((keys: string[]) => void) | undefined }) {
  const { t } = useTranslation('settlement');
  return (
    <div className="data-scroll" tabIndex={0} role="region" aria-label={t('lines')}>
      <table className={styles.table}>
        <caption>{t('lines')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('item')}</th>
            <th scope="col">{t('day')}</th>
            <th scope="col">{t('class')}</th>
            <th scope="col">{t('price')}</th>
            <th scope="col">{t('quantity')}</th>
            <th scope="col">{t('ownFirst')}</th>
            <th scope="col">{t('amount')}</th>
          </tr>
        </thead>
        <tbody>
          {bill.lines.map((line) => (
            <tr key={line.key}>
              <th scope="row">
                {choose ? (
                  <Checkbox checked={chosen.includes(line.key)} onChange={({ target }) => choose(target.checked ? [...chosen, line.key] : chosen.filter((key) => key !== line.key))}>
                    {line.name}
                  </Checkbox>
                ) : (
                  line.name
                )}
              </th>
              <td className={styles.whole}>{line.day}</td>
              <td>{t(`classes.${line.insurance as 'A'}`, { defaultValue: line.insurance })}</td>
              <td>{yuan(line.price)}</td>
              <td className={styles.whole}>
                {line.quantity}
                {line.unit}
              </td>
              <td>
                {Number(line.ownFirst) > 0 ? yuan(line.ownFirst) : ''}
                {Number(line.above) > 0 ? <span className={`muted small ${styles.above}`}>{t('above', { amount: yuan(line.above) })}</span> : null}
              </td>
              <td>{yuan(line.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Own money at the counter: the resident scans, or pays later. */
function Take({ bill, patient }: { bill: SettledBill; patient: string }) {
  const { t } = useTranslation('settlement');
  const id = useId();
  const channels = useChannels();
  const collect = useCollect(patient);
  const pay = usePay();
  const later = usePayLater();
  const [chosen, setChosen] = useState<string>();
  const channel = chosen ?? channels.data?.[0]?.code;
  const failed = collect.error ?? pay.error ?? later.error;
  if (pay.data) return <Scan order={pay.data.id} />;
  return (
    <div className={styles.take}>
      <label htmlFor={id}>{t('channel')}</label>
      <Select id={id} value={channel ?? null} loading={channels.isPending} options={(channels.data ?? []).map(({ code, name }) => ({ value: code, label: name }))} onChange={setChosen} />
      <Button
        type="primary"
        size="large"
        disabled={channel === undefined}
        loading={collect.isPending || pay.isPending}
        onClick={() => collect.mutate([bill.id], { onSuccess: (accounts) => pay.mutate({ payable: accounts.map((account) => `Account/${account}`), channel: channel ?? '' }) })}
      >
        {t('collect', { amount: yuan(bill.open) })}
      </Button>
      {bill.state === 'owing' ? (
        <Button loading={later.isPending} onClick={() => later.mutate(bill.id)}>
          {t('later')}
        </Button>
      ) : null}
      {channels.error ? <LoadFailed error={channels.error} onRetry={() => void channels.refetch()} compact /> : null}
      {channels.data?.length === 0 ? <p className="muted">{t('noChannels')}</p> : null}
      {failed ? <LoadFailed error={failed} compact /> : null}
    </div>
  );
}

function Scan({ order }: { order: string }) {
  const { t } = useTranslation('settlement');
  const standing = useTogether(order);
  const simulate = useSimulate();
  const { code, amount = '0' } = standing.data?.[0] ?? {};
  if (standing.error) return <LoadFailed error={standing.error} onRetry={() => void standing.refetch()} compact />;
  if (code === undefined) return <p role="status">{t('paying')}</p>;
  return (
    <div className={styles.scan} role="status">
      <Qr text={code} label={t('code')} className={styles.qr ?? ''} />
      <p>{t('scan', { amount: yuan(amount) })}</p>
      {code.startsWith('sim:') ? (
        <>
          <p className="muted small">{t('simulated')}</p>
          <Button loading={simulate.isPending} onClick={() => simulate.mutate({ code, agrees: true })}>
            {t('simulate')}
          </Button>
        </>
      ) : null}
      {simulate.error ? <LoadFailed error={simulate.error} compact /> : null}
    </div>
  );
}

/** All of it, or the lines that are chosen; neither without a reason. */
function TakeBack({ bill, chosen, done }: { bill: SettledBill; chosen: string[]; done: () => void }) {
  const { t } = useTranslation('settlement');
  const id = useId();
  const step = useBillStep();
  const [reason, setReason] = useState('');
  const isReady = reason.trim().length >= 2;
  return (
    <div className={styles.take}>
      <label htmlFor={id}>{t('reason')}</label>
      <Input id={id} value={reason} maxLength={100} placeholder={t('reasonHint')} onChange={(event) => setReason(event.target.value)} />
      <Button
        danger
        disabled={!isReady || chosen.length === 0 || chosen.length === bill.lines.length}
        loading={step.isPending}
        onClick={() => step.mutate({ path: `Claim/${bill.id}/$refund-charges`, values: { charge: chosen, reason: reason.trim() } }, { onSuccess: done })}
      >
        {t('refund')}
      </Button>
      <Button danger disabled={!isReady} loading={step.isPending} onClick={() => step.mutate({ path: `Claim/${bill.id}/$reverse`, values: { reason: reason.trim() } }, { onSuccess: done })}>
        {t('reverse')}
      </Button>
      <p className="muted small">{t('refundHint')}</p>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </div>
  );
}
