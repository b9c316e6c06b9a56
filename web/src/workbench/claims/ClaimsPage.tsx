import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import type { Payer, ShareState } from '../../shared/settlement/bills';
import { StatusTag } from '../../shared/StatusTag';
import styles from '../cashier/Cashier.module.css';
import { SHARE_TONES, yuan } from '../cashier/tones';
import { usePayerClaims } from '../cashier/useCashier';

const STATES = ['', 'asked', 'agreed', 'refused', 'differs', 'back'] as const;
const PAGE = 50;

/** 医保审核: what the own institution was asked to pay, the refused and the reversed among it. */
export function ClaimsPage() {
  const { t } = useTranslation('settlement');
  const language = useLanguage();
  const [state, setState] = useState<(typeof STATES)[number]>('');
  const [before, setBefore] = useState<string>();
  const claims = usePayerClaims(state, before);
  return (
    <div className={styles.page}>
      <PageTitle page={t('claims.title')} />
      <h1>{t('claims.title')}</h1>
      <p className="muted">{t('claims.lead')}</p>
      <Segmented
        value={state}
        options={STATES.map((value) => ({ value, label: value === '' ? t('claims.all') : t(`share.${value}`) }))}
        onChange={(value) => {
          setBefore(undefined);
          setState(value);
        }}
      />
      {claims.error ? <LoadFailed error={claims.error} onRetry={() => void claims.refetch()} /> : null}
      {claims.data === undefined && !claims.error ? <LoadingLines rows={8} /> : null}
      {claims.data?.length === 0 ? <NothingHere title={t('claims.none')}>{t('claims.noneHint')}</NothingHere> : null}
      {claims.data && claims.data.length > 0 ? (
        <section className="card">
          <table className={styles.table}>
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
                  <th scope="row">{claim.number}</th>
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
          {claims.data.length === PAGE ? <Button onClick={() => setBefore(claims.data.at(-1)?.changed)}>{t('claims.more')}</Button> : null}
        </section>
      ) : null}
    </div>
  );
}
