import { useTranslation } from 'react-i18next';
import { minus } from '../../shared/clearing/money';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { formatYuan } from '../requests/bills';
import { usePerson } from '../requests/person';
import { payTogetherAt } from '../../shared/pay/orders';
import { isToPay, useBills, useCollect, type SettledBill } from '../../shared/settlement/bills';
import { go } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, Empty, Faces, Failed, Notice, Row, Rows, Tag } from '../ui/ui';
import styles from './Bill.module.css';
import { BILL_TONES } from './tones';
import '../resultsTexts';

/** 我的结算单: what is to be paid first, all of it at once; then every bill, the latest first. */
export function BillsPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const bills = useBills(person.id);
  return (
    <Page title={t('pay.bills')} back="/mine">
      <Faces query={bills} isEmpty={(all) => all.length === 0} empty={<Empty title={t('settled.none')}>{t('settled.noneHint')}</Empty>}>
        {(all) => (
          <>
            {all.some(isToPay) ? <ToPay bills={all.filter(isToPay)} patient={person.id} /> : null}
            <Rows label={t('pay.bills')}>
              {all.map((one) => (
                <Row
                  key={one.id}
                  to={`/bills/${one.id}`}
                  title={one.where || t('settled.title')}
                  tags={<Tag tone={BILL_TONES[one.state]}>{t(`settled.states.${one.state}`)}</Tag>}
                  note={[formatDay(one.created, language), t('settled.lead', { total: yuan(one.total), shared: yuan(minus(one.total, one.own)), own: yuan(one.own) })].join(t('dot'))}
                />
              ))}
            </Rows>
          </>
        )}
      </Faces>
    </Page>
  );
}

export const yuan = (text: string): string => formatYuan(Number(text));

/** What is open of bills, in yuan. */
export const openOf = (bills: SettledBill[]): number => bills.reduce((fen, { open }) => fen + Math.round(Number(open) * 100), 0) / 100;

/** What goes to which institution. */
export function Institutions({ bills }: { bills: SettledBill[] }) {
  const { t } = useTranslation('resident');
  return (
    <ul className={styles.lines} data-close data-within>
      {byInstitution(bills).map((some) => (
        <li key={some[0]?.institution}>
          <span>{t('settled.dueHint', { where: some[0]?.where ?? '', count: some.length })}</span>
          <span className={styles.amount}>{formatYuan(openOf(some))}</span>
        </li>
      ))}
    </ul>
  );
}

export function byInstitution(bills: SettledBill[]): SettledBill[][] {
  const all = new Map<string, SettledBill[]>();
  for (const bill of bills) all.set(bill.institution, [...(all.get(bill.institution) ?? []), bill]);
  return [...all.values()];
}

/** All at once, whoever it goes to; each institution has its own receipt. */
function ToPay({ bills, patient }: { bills: SettledBill[]; patient: string }) {
  const { t } = useTranslation('resident');
  const collect = useCollect(patient);
  const amount = formatYuan(openOf(bills));
  return (
    <Notice tone="warning" title={t('settled.due', { amount })}>
      {byInstitution(bills).length > 1 ? <Institutions bills={bills} /> : <p>{t('settled.dueHint', { where: bills[0]?.where ?? '', count: bills.length })}</p>}
      {collect.error ? <Failed error={collect.error} /> : null}
      <Actions>
        <Button kind="primary" busy={collect.isPending} onClick={() => collect.mutate(bills.map(({ id }) => id), { onSuccess: (accounts) => go(payTogetherAt(accounts)) })}>
          {t(bills.length > 1 ? 'settled.payAll' : 'settled.pay', { amount })}
        </Button>
      </Actions>
    </Notice>
  );
}
