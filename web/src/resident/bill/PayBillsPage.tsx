import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatYuan } from '../requests/bills';
import { payTogetherAt, useChannels, usePay } from '../../shared/pay/orders';
import { usePerson } from '../requests/person';
import { isToPay, useBills, type SettledBill } from '../../shared/settlement/bills';
import { go, useParams } from '../router';
import { Page } from '../ui/Page';
import { Button, ButtonLink, Choice, Choices, Empty, Faces, Facts, Failed } from '../ui/ui';
import styles from './Bill.module.css';
import { byInstitution, Institutions, openOf } from './BillsPage';
import '../resultsTexts';

/** One payment for the bills that Accounts collect, each those of an institution. */
export function PayBillsPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const accounts = id.split(',').map((account) => `Account/${account}`);
  const bills = useBills(usePerson().id);
  return (
    <Page title={t('settled.payTitle')} back="/bills" fixed>
      <Faces query={bills} cards={2}>
        {(all) => <Ways bills={all.filter((one) => isToPay(one) && accounts.includes(one.payable ?? ''))} />}
      </Faces>
    </Page>
  );
}

function Ways({ bills }: { bills: SettledBill[] }) {
  const { t } = useTranslation('resident');
  const channels = useChannels();
  const pay = usePay();
  const [chosen, setChosen] = useState<string>();
  const payables = [...new Set(bills.map((one) => one.payable ?? ''))];
  if (payables.length === 0)
    return (
      <Empty title={t('settled.payGone')}>
        <p>{t('settled.payGoneHint')}</p>
        <ButtonLink to="/bills">{t('pay.toBills')}</ButtonLink>
      </Empty>
    );
  const amount = formatYuan(openOf(bills));
  const isTogether = payables.length > 1;
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>{amount}</strong> },
            { name: t('pay.for'), value: isTogether ? t('pay.together', { count: payables.length }) : t('settled.dueHint', { where: bills[0]?.where ?? '', count: bills.length }) },
          ]}
        />
        {isTogether ? <Institutions bills={bills} /> : null}
      </div>
      <Faces query={channels} cards={2} isEmpty={(all) => all.length === 0} empty={<Empty title={t('pay.noWays')}>{t('pay.of.bill.noWays')}</Empty>}>
        {(all) => {
          const able = all.filter(({ together }) => together || !isTogether);
          if (able.length === 0) return <OneByOne bills={bills} />;
          const channel = chosen ?? able[0]?.code ?? '';
          return (
            <>
              <Choices legend={t('pay.how')}>
                {able.map(({ code, name }) => (
                  <Choice key={code} type="radio" name="channel" checked={channel === code} onChange={() => setChosen(code)} title={name} />
                ))}
              </Choices>
              {isTogether ? <p className="muted small">{t('settled.receipts')}</p> : null}
              {pay.error ? <Failed error={pay.error} /> : null}
                <Button kind="primary" wide busy={pay.isPending} onClick={() => pay.mutate({ payable: payables, channel }, { onSuccess: (order) => go(`/payments/${order.id}`, { replace: true }) })}>
                  {t('settled.pay', { amount })}
                </Button>
            </>
          );
        }}
      </Faces>
    </>
  );
}

/** No channel takes several at once: a payment for each institution. */
function OneByOne({ bills }: { bills: SettledBill[] }) {
  const { t } = useTranslation('resident');
  return (
    <Empty title={t('settled.oneByOne')}>
      <p>{t('settled.oneByOneHint')}</p>
      <div className={styles.pay}>
        {byInstitution(bills).map((some) => (
          <ButtonLink key={some[0]?.institution} to={payTogetherAt([some[0]?.payable ?? ''])}>
            {t('settled.payOf', { where: some[0]?.where ?? '', amount: formatYuan(openOf(some)) })}
          </ButtonLink>
        ))}
      </div>
    </Empty>
  );
}
