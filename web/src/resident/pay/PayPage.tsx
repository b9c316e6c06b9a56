import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { feeOf, heldUntilOf, useAppointment, withOf } from '../requests/booking';
import { placesOf, useChannels, usePay } from '../../shared/pay/orders';
import { useOnlineVisits } from '../requests/visit';
import { go, useParams } from '../router';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { isFeeOpen } from '../../shared/visit/visits';
import { Page } from '../ui/Page';
import { Button, ButtonLink, Choice, Choices, Empty, Faces, Facts, Failed, Notice } from '../ui/ui';

/** What is to be paid, and by which channel. */
export function PayPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const { id = '' } = useParams();
  const appointment = useAppointment(id);
  return (
    <Page title={t('pay.title')} back={`/book/held/${id}`} fixed>
      <Faces
        query={appointment}
        cards={2}
        isEmpty={(one) => one.status !== 'pending' || feeOf(one) === 0}
        empty={
          <Empty title={t('pay.nothing')}>
            <ButtonLink to={`/book/held/${id}`}>{t('pay.of.booking.see')}</ButtonLink>
          </Empty>
        }
      >
        {(one) => <Ways payable={`Appointment/${id}`} fee={feeOf(one)} until={heldUntilOf(one)} what={`${withOf(one)} ${formatMoment(one.start, language)}`} />}
      </Faces>
    </Page>
  );
}

/** The same for a visit on line. */
export function VisitPayPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const visits = useOnlineVisits();
  return (
    <Page title={t('pay.title')} back={`/online-visits/${id}`} fixed>
      <Faces
        query={visits}
        cards={2}
        isEmpty={(all) => !all.some((one) => one.id === id && isFeeOpen(one))}
        empty={
          <Empty title={t('pay.nothing')}>
            <ButtonLink to={`/online-visits/${id}`}>{t('pay.of.visit.see')}</ButtonLink>
          </Empty>
        }
      >
        {(all) =>
          all
            .filter((one) => one.id === id)
            .map((one) => <Ways key={one.id} payable={`Encounter/${id}`} fee={one.fee} until={undefined} what={[t('pay.of.visit.name'), one.practitioner?.display].filter(Boolean).join(t('dot'))} />)
        }
      </Faces>
    </Page>
  );
}

function Ways({ payable, fee, until, what }: { payable: string; fee: number; until: string | undefined; what: string }) {
  const { t } = useTranslation('resident');
  const { kind } = placesOf(payable);
  const channels = useChannels();
  const pay = usePay();
  const [chosen, setChosen] = useState<string>();
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>¥{fee.toFixed(2)}</strong> },
            { name: t('pay.for'), value: what },
            ...(until ? [{ name: t('pay.until'), value: formatTime(until) }] : []),
          ]}
        />
      </div>
      <Faces query={channels} cards={2} isEmpty={(all) => all.length === 0} empty={<Empty title={t('pay.noWays')}>{t(`pay.of.${kind}.noWays`)}</Empty>}>
        {(all) => (
          <>
            <Choices legend={t('pay.how')}>
              {all.map(({ code, name }) => (
                <Choice key={code} type="radio" name="channel" checked={(chosen ?? all[0]?.code) === code} onChange={() => setChosen(code)} title={name} />
              ))}
            </Choices>
            <Notice title={t('pay.backTitle')}>
              <p>{t(`pay.of.${kind}.back`)}</p>
            </Notice>
            {pay.error ? <Failed error={pay.error} /> : null}
              <Button
                kind="primary"
                wide
                busy={pay.isPending}
                onClick={() => pay.mutate({ payable, channel: chosen ?? all[0]?.code ?? '' }, { onSuccess: (order) => go(`/payments/${order.id}`, { replace: true }) })}
              >
                {t('pay.now', { amount: fee.toFixed(2) })}
              </Button>
          </>
        )}
      </Faces>
    </>
  );
}
