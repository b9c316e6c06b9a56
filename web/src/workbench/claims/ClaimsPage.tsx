import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import type { Payer, ShareState } from '../../shared/settlement/bills';
import { StatusTag } from '../../shared/StatusTag';
import { Lines, Shares } from '../cashier/BillDesk';
import styles from '../cashier/Cashier.module.css';
import { SHARE_TONES, yuan } from '../cashier/tones';
import { usePayerClaim, usePayerClaims } from '../cashier/useCashier';

const STATES = ['', 'asked', 'agreed', 'refused', 'differs', 'back'] as const;

/** 医保审核: what the own institution was asked to pay, the refused and the reversed among it. */
export function ClaimsPage() {
  const { t } = useTranslation('settlement');
  const language = useLanguage();
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((one) => one === query.get('state')) ?? '';
  const opened = query.get('claim');
  const claims = usePayerClaims(state);
  // Another state helps only an institution that was asked for something at all.
  const wasAsked = usePayerClaims('').data?.length !== 0;
  const show = (next: Record<string, string>) => setQuery(next, { replace: true, preventScrollReset: true });
  return (
    <div className={styles.page}>
      <PageTitle page={t('claims.title')} />
      <h1>{t('claims.title')}</h1>
      <p className="muted">{t('claims.lead')}</p>
      <div className="data-scroll">
        <Segmented
          value={state}
          options={STATES.map((value) => ({ value, label: value === '' ? t('claims.all') : t(`share.${value}`) }))}
          onChange={(value) => show(value === '' ? {} : { state: value })}
        />
      </div>
      {opened === null ? null : <Claim number={opened} close={() => show(state === '' ? {} : { state })} />}
      {claims.error ? <LoadFailed error={claims.error} onRetry={() => void claims.refetch()} /> : null}
      {claims.data === undefined && !claims.error ? <LoadingLines rows={8} /> : null}
      {claims.data?.length === 0 ? <NothingHere title={t(wasAsked ? 'claims.none' : 'claims.noPayer')}>{t(wasAsked ? 'claims.noneHint' : 'claims.noPayerHint')}</NothingHere> : null}
      {claims.data && claims.data.length > 0 ? (
        <section className="card">
          <div className="data-scroll" tabIndex={0} role="region" aria-label={t('claims.title')}>
            <table className={`${styles.table} ${styles.wide}`}>
              <thead>
                <tr>
                  <th scope="col">{t('number')}</th>
                  <th scope="col">{t('claims.where')}</th>
                  <th scope="col">{t('payerHead')}</th>
                  <th scope="col">{t('stateHead')}</th>
                  <th scope="col">{t('claims.why')}</th>
                  <th scope="col">{t('claims.transaction')}</th>
                  <th scope="col">{t('claims.changed')}</th>
                  <th scope="col">{t('claims.answered')}</th>
                  <th scope="col">{t('amount')}</th>
                </tr>
              </thead>
              <tbody>
                {claims.data.map((claim) => (
                  <tr key={claim.key}>
                    <th scope="row">
                      <Button type="link" className={styles.link} onClick={() => show({ ...(state === '' ? {} : { state }), claim: claim.number })}>
                        {claim.number}
                      </Button>
                    </th>
                    <td>{claim.where}</td>
                    <td>{t(`payer.${claim.payer as Payer}`)}</td>
                    <td>
                      <StatusTag tone={SHARE_TONES[claim.state as ShareState]}>{t(`share.${claim.state as ShareState}`)}</StatusTag>
                    </td>
                    <td>{claim.why}</td>
                    <td className="small">{claim.transaction}</td>
                    <td>{formatMoment(claim.changed, language)}</td>
                    <td>{claim.answered === undefined ? '' : yuan(claim.answered)}</td>
                    <td>{yuan(claim.amount)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {claims.hasNextPage ? (
            <Button loading={claims.isFetchingNextPage} onClick={() => void claims.fetchNextPage()}>
              {t('claims.more')}
            </Button>
          ) : null}
        </section>
      ) : null}
    </div>
  );
}

/** A claim as it is audited: its lines, and how the own share was reckoned. */
function Claim({ number, close }: { number: string; close: () => void }) {
  const { t } = useTranslation('settlement');
  const language = useLanguage();
  const claim = usePayerClaim(number);
  if (claim.data === undefined) return <section className="card">{claim.error ? <LoadFailed error={claim.error} onRetry={() => void claim.refetch()} /> : <LoadingLines rows={6} />}</section>;
  const bill = claim.data;
  return (
    <article className={`card ${styles.part}`} aria-label={t('claims.one')}>
      <header className={styles.head}>
        <h2>{bill.where}</h2>
        <Button onClick={close}>{t('claims.close')}</Button>
      </header>
      <p className="muted small">
        {t('number')} {bill.id} · {formatMoment(bill.created, language)} · {t('total')} {yuan(bill.total)}
        {bill.eligible === undefined ? '' : ` · ${t('eligible')} ${yuan(bill.eligible)}`}
      </p>
      <Shares bill={bill} />
      <Lines bill={bill} chosen={[]} choose={undefined} />
      <p className="muted small">{bill.source}</p>
    </article>
  );
}
