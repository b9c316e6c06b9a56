import { useTranslation } from 'react-i18next';
import type { Counted } from '../../shared/dispensing/circulations';
import { useSettledBill } from '../../shared/settlement/bills';
import { Actions, ButtonLink, Notice } from '../ui/ui';

/** What is to be paid for the drugs that lie ready, and where. */
export function Payment({ charged }: { charged: readonly Counted[] }) {
  const { t } = useTranslation('resident');
  const claims = [...new Set(charged.flatMap(({ claim }) => claim ?? []))];
  return (
    <>
      {charged.some(({ payment }) => payment === 'open') ? (
        <Notice title={t('take.payment.open')}>
          <p>{t('take.payment.openHint')}</p>
        </Notice>
      ) : null}
      {charged.some(({ payment }) => payment === 'elsewhere') ? (
        <Notice title={t('take.payment.elsewhere')}>
          <p>{t('take.payment.elsewhereHint')}</p>
        </Notice>
      ) : null}
      {claims.map((claim) => (
        <Billed key={claim} claim={claim} payment={charged.find((one) => one.claim === claim)?.payment ?? 'settling'} />
      ))}
    </>
  );
}

function Billed({ claim, payment }: { claim: string; payment: Exclude<Counted['payment'], undefined> }) {
  const { t } = useTranslation('resident');
  const bill = useSettledBill(claim);
  const toPay = payment === 'owing' || payment === 'deferred';
  if (payment === 'owing')
    return (
      <Notice tone="warning" title={t('take.payment.owing', { amount: bill.data?.open ?? '…' })}>
        <p>{t('take.payment.owingHint')}</p>
        <Actions>
          <ButtonLink to={`/bills/${claim}`} kind="primary">
            {t('take.payment.go')}
          </ButtonLink>
        </Actions>
      </Notice>
    );
  return (
    <Notice {...(payment === 'settled' ? { tone: 'good' as const } : {})} title={t(`take.payment.${payment}`)}>
      {payment === 'settling' ? <p>{t('take.payment.settlingHint')}</p> : null}
      <Actions>
        <ButtonLink to={`/bills/${claim}`}>{t(toPay ? 'take.payment.go' : 'take.payment.bill')}</ButtonLink>
      </Actions>
    </Notice>
  );
}
