import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { feeOf, heldUntilOf, useAppointment, withOf } from '../requests/booking';
import { useChannels, usePay } from '../../shared/pay/orders';
import { go, useParams } from '../router';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Page } from '../ui/Page';
import { Bottom, Button, ButtonLink, Choice, Choices, Empty, Faces, Facts, Failed, Notice } from '../ui/ui';
import '../payTexts';

/** What is to be paid, and by which channel. */
export function PayPage() {
  const { t } = useTranslation('resident');
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
            <ButtonLink to={`/book/held/${id}`}>{t('pay.toBooking')}</ButtonLink>
          </Empty>
        }
      >
        {(one) => <Ways id={id} fee={feeOf(one)} until={heldUntilOf(one)} who={withOf(one)} start={one.start} />}
      </Faces>
    </Page>
  );
}

function Ways({ id, fee, until, who, start }: { id: string; fee: number; until: string | undefined; who: string; start: string | undefined }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const channels = useChannels();
  const pay = usePay();
  const [chosen, setChosen] = useState<string>();
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>¥{fee.toFixed(2)}</strong> },
            { name: t('pay.for'), value: `${who} ${formatMoment(start, language)}` },
            ...(until ? [{ name: t('pay.until'), value: formatTime(until) }] : []),
          ]}
        />
      </div>
      <Faces query={channels} cards={2} isEmpty={(all) => all.length === 0} empty={<Empty title={t('pay.noWays')}>{t('pay.noWaysHint')}</Empty>}>
        {(all) => (
          <>
            <Choices legend={t('pay.how')}>
              {all.map(({ code, name }) => (
                <Choice key={code} type="radio" name="channel" checked={(chosen ?? all[0]?.code) === code} onChange={() => setChosen(code)} title={name} />
              ))}
            </Choices>
            <Notice title={t('pay.backTitle')}>
              <p>{t('pay.backHint')}</p>
            </Notice>
            {pay.error ? <Failed error={pay.error} /> : null}
            <Bottom>
              <Button
                kind="primary"
                wide
                busy={pay.isPending}
                onClick={() => pay.mutate({ payable: `Appointment/${id}`, channel: chosen ?? all[0]?.code ?? '' }, { onSuccess: (order) => go(`/payments/${order.id}`, { replace: true }) })}
              >
                {t('pay.now', { amount: fee.toFixed(2) })}
              </Button>
            </Bottom>
          </>
        )}
      </Faces>
    </>
  );
}
