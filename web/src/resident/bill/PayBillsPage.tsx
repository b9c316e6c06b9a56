import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatYuan } from '../requests/bills';
import { useChannels, usePay } from '../../shared/pay/orders';
import { usePerson } from '../requests/person';
import { isToPay, useBills, type SettledBill } from '../../shared/settlement/bills';
import { go, useParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, ButtonLink, Choice, Choices, Empty, Faces, Facts, Failed } from '../ui/ui';
import '../payTexts';
import '../resultsTexts';

/** One payment for the bills that an Account collects. */
export function PayBillsPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const bills = useBills(usePerson().id);
  return (
    <Page title={t('settled.payTitle')} back="/bills" fixed>
      <Faces query={bills} cards={2}>
        {(all) => <Ways account={id} bills={all.filter((one) => isToPay(one) && one.payable === `Account/${id}`)} />}
      </Faces>
    </Page>
  );
}

function Ways({ account, bills }: { account: string; bills: SettledBill[] }) {
  const { t } = useTranslation('resident');
  const channels = useChannels();
  const pay = usePay();
  const [chosen, setChosen] = useState<string>();
  if (bills.length === 0)
    return (
      <Empty title={t('settled.payGone')}>
        <p>{t('settled.payGoneHint')}</p>
        <ButtonLink to="/bills">{t('pay.toBills')}</ButtonLink>
      </Empty>
    );
  const amount = bills.reduce((fen, { open }) => fen + Math.round(Number(open) * 100), 0) / 100;
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>{formatYuan(amount)}</strong> },
            { name: t('pay.for'), value: t('settled.dueHint', { where: bills[0]?.where ?? '', count: bills.length }) },
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
            {pay.error ? <Failed error={pay.error} /> : null}
            <Bottom>
              <Button kind="primary" wide busy={pay.isPending} onClick={() => pay.mutate({ payable: `Account/${account}`, channel: chosen ?? all[0]?.code ?? '' }, { onSuccess: (order) => go(`/payments/${order.id}`, { replace: true }) })}>
                {t('settled.pay', { amount: formatYuan(amount) })}
              </Button>
            </Bottom>
          </>
        )}
      </Faces>
    </>
  );
}
