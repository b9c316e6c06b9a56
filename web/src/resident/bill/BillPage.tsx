import { useTranslation } from 'react-i18next';
import { minus } from '../../shared/clearing/money';
import { formatDay, formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { ComplainHere } from '../complaints/ComplainHere';
import { formatPrice } from '../requests/bills';
import { usePerson } from '../requests/person';
import { payTogetherAt } from '../../shared/pay/orders';
import { isToPay, useCollect, useCredit, usePayLater, useSettledBill, type Reckoning, type SettledBill } from '../../shared/settlement/bills';
import { go, Link, useParams } from '../router';
import { Page } from '../ui/Page';
import { Button, Facts, Faces, Failed, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import styles from './Bill.module.css';
import { yuan } from './BillsPage';
import { BILL_TONES, MONEY_TONES, SHARE_TONES } from './tones';
import '../resultsTexts';

/** How long own money may wait: one region's rule (docs/guide/settlement.md). */
const DAYS = 30;

/** One bill: who pays what first, then how that was reckoned, then what it is for. On paper too. */
export function BillPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const bill = useSettledBill(id);
  return (
    <Page title={t('settled.title')} back="/bills" fixed>
      <Faces query={bill} cards={3}>
        {(one) => <Shown bill={one} />}
      </Faces>
    </Page>
  );
}

function Shown({ bill }: { bill: SettledBill }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const shared = minus(bill.total, bill.own);
  return (
    <>
      <article className={styles.paper}>
        <h2 className={styles.letterhead}>{t('settled.of', { where: bill.where })}</h2>
        <Standing bill={bill} />
        <div className="card">
          <p className={styles.lead}>{shared === '0.00' ? t('settled.leadAlone', { total: yuan(bill.total) }) : t('settled.lead', { total: yuan(bill.total), shared: yuan(shared), own: yuan(bill.own) })}</p>
          <Facts
            facts={[
              { name: t('settled.state'), value: <Tag tone={BILL_TONES[bill.state]}>{t(`settled.states.${bill.state}`)}</Tag> },
              { name: t('settled.when'), value: formatMoment(bill.created, language) },
              ...(bill.eligible ? [{ name: t('settled.eligible'), value: yuan(bill.eligible) }] : []),
              { name: t('settled.number'), value: <span className={styles.number}>{bill.id}</span> },
            ]}
          />
        </div>
        {isToPay(bill) ? <Pay bill={bill} /> : null}
        <Section title={t('settled.shares')}>
          <ul className={styles.lines}>
            {bill.shares.map(({ payer, state, amount }) => (
              <li key={payer}>
                <span className={styles.name}>
                  {t(`settled.payer.${payer}`)} <Tag tone={SHARE_TONES[state]}>{t(`settled.share.${state}`)}</Tag>
                </span>
                <b className={styles.amount}>{yuan(amount)}</b>
                <How lines={bill.reckonings.filter((line) => line.payer === payer)} />
              </li>
            ))}
            <li>
              <span className={styles.name}>{t('settled.own')}</span>
              <b className={styles.amount}>{yuan(bill.own)}</b>
            </li>
          </ul>
        </Section>
        <Section title={t('settled.items')}>
          <ul className={styles.lines}>
            {bill.lines.map((line) => (
              <li key={line.key}>
                <span className={styles.name}>{line.name}</span>
                <b className={styles.amount}>{yuan(line.amount)}</b>
                <span className={styles.note}>
                  {[formatDay(line.day, language), `${formatPrice(Number(line.price))} × ${line.quantity}${line.unit}`, Number(line.ownFirst) > 0 ? t('settled.ownFirst', { amount: yuan(line.ownFirst) }) : undefined, Number(line.above) > 0 ? t('settled.above', { amount: yuan(line.above) }) : undefined].filter(Boolean).join(t('dot'))}{' '}
                  <Tag>{t(`bill.insurance.${line.insurance as 'A'}`, { defaultValue: line.insurance })}</Tag>
                </span>
              </li>
            ))}
          </ul>
        </Section>
        {bill.money.length > 0 ? (
          <Section title={t('settled.money')}>
            <Rows>
              {bill.money.map((one, index) => (
                <Row key={index} to={`/payments/${one.order}`} title={yuan(one.amount)} tags={<Tag tone={MONEY_TONES[one.state]}>{t(`settled.moneyState.${one.state}`)}</Tag>} note={t('settled.receipt')} />
              ))}
            </Rows>
          </Section>
        ) : null}
        {bill.replaces ? (
          <p className="small">
            <Link to={`/bills/${bill.replaces.replace('Claim/', '')}`}>{t('settled.replaced')}</Link>
          </p>
        ) : null}
        <p className="muted small">
          {t('settled.plain')} {bill.source}
        </p>
      </article>
      <div className={styles.screen}>
        <Button wide onClick={() => print()}>
          {t('settled.print')}
        </Button>
        <ComplainHere about={`Claim/${bill.id}`} />
      </div>
    </>
  );
}

function How({ lines }: { lines: Reckoning[] }) {
  const { t } = useTranslation('resident');
  if (lines.length === 0) return null;
  return (
    <details className={styles.how}>
      <summary>{t('settled.how')}</summary>
      {lines[0]?.rule ? <p>{lines[0].rule}</p> : null}
      <ol>
        {lines.map((line, index) => (
          <li key={index}>{t(`settled.what.${line.what}`, { base: yuan(line.base), percent: line.percent ?? 0, amount: yuan(line.amount) })}</li>
        ))}
      </ol>
    </details>
  );
}

function Standing({ bill }: { bill: SettledBill }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const credit = useCredit(usePerson().id);
  if (bill.state === 'reversed' || bill.state === 'reversing')
    return (
      <Notice title={t(`settled.${bill.state}Title`)}>
        <p>{t(`settled.${bill.state}Hint`)}</p>
      </Notice>
    );
  const use = bill.state === 'deferred' ? credit.data?.uses.find(({ claim }) => claim === `Claim/${bill.id}`) : undefined;
  if (!use) return null;
  return (
    <Notice tone={use.state === 'overdue' ? 'bad' : 'warning'} title={t(use.state === 'overdue' ? 'settled.overdue' : 'settled.deferred')}>
      <p>{t('settled.deferredHint', { day: formatDay(use.due, language) })}</p>
    </Notice>
  );
}

function Pay({ bill }: { bill: SettledBill }) {
  const { t } = useTranslation('resident');
  const collect = useCollect(usePerson().id);
  const later = usePayLater();
  return (
    <section className={`${styles.screen} ${styles.pay}`} aria-label={t('settled.payTitle')}>
      <Button kind="primary" wide busy={collect.isPending} onClick={() => collect.mutate([bill.id], { onSuccess: (accounts) => go(payTogetherAt(accounts)) })}>
        {t('settled.pay', { amount: yuan(bill.open) })}
      </Button>
      {collect.error ? <Failed error={collect.error} /> : null}
      {bill.state === 'owing' ? (
        <>
          <Button wide busy={later.isPending} onClick={() => later.mutate(bill.id)}>
            {t('settled.creditAsk')}
          </Button>
          <p className="muted small">
            {t('settled.credit')}
            {t('dot')}
            {t('settled.creditHint', { days: DAYS })}
          </p>
        </>
      ) : null}
      {later.error ? <Failed error={later.error} /> : null}
    </section>
  );
}
