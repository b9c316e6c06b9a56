import { useTranslation } from 'react-i18next';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Qr } from '../../shared/card/Qr';
import { useChannels, useOrder, useSimulate, type Order } from '../../shared/pay/orders';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Facts, Faces, Failed, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import styles from './Pay.module.css';
import { REFUND_TONES, TONES } from './tones';
import '../payTexts';

/** One payment: what to do while it waits, its receipt once it is paid, what has come back. */
export function OrderPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const order = useOrder(id);
  return (
    <Page title={t(order.data?.state === 'paid' || order.data?.state === 'refunded' ? 'pay.receipt' : 'pay.title')} back="/payments" fixed>
      <Faces query={order} cards={2}>
        {(one) => <Shown order={one} />}
      </Faces>
    </Page>
  );
}

/** Own money of settled bills; all else is the fee of a booking. */
const isOfBills = ({ payable }: Order) => payable.startsWith('Account/');

/** Where it is paid. */
const wayTo = (order: Order) => (isOfBills(order) ? order.payable.replace('Account/', '/bills/pay/') : order.payable.replace('Appointment/', '/book/pay/'));

function Shown({ order }: { order: Order }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const channels = useChannels();
  const channel = channels.data?.find(({ code }) => code === order.channel)?.name ?? order.channel;
  return (
    <>
      <Standing order={order} />
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>¥{order.amount}</strong> },
            { name: t('pay.for'), value: order.what },
            { name: t('pay.state'), value: <Tag tone={TONES[order.state]}>{t(`pay.states.${order.state}`)}</Tag> },
            ...(channel ? [{ name: t('pay.channel'), value: channel }] : []),
            ...(order.paid ? [{ name: t('pay.paidAt'), value: formatMoment(order.paid, language) }] : []),
            ...(order.transaction ? [{ name: t('pay.transaction'), value: <span className={styles.number}>{order.transaction}</span> }] : []),
            { name: t('pay.number'), value: <span className={styles.number}>{order.id}</span> },
          ]}
        />
      </div>
      {order.refunds.length > 0 ? (
        <Section title={t('pay.refunds')}>
          <Rows>
            {order.refunds.map((one, index) => (
              <Row key={index} title={`¥${one.amount}`} tags={<Tag tone={REFUND_TONES[one.state]}>{t(`pay.refund.${one.state}`)}</Tag>} note={formatMoment(one.changed, language)} />
            ))}
          </Rows>
        </Section>
      ) : null}
      {order.state === 'paid' || order.state === 'refunded' ? (
        <ButtonLink to={isOfBills(order) ? '/bills' : '/bookings'} wide>
          {t(isOfBills(order) ? 'pay.toBills' : 'pay.toBooking')}
        </ButtonLink>
      ) : null}
    </>
  );
}

/** What the state asks of the resident. */
function Standing({ order }: { order: Order }) {
  const { t } = useTranslation('resident');
  switch (order.state) {
    case 'paying':
      return <Waiting order={order} />;
    case 'paid':
      return order.delivered === 'refused' ? (
        <Notice tone="warning" role="status" title={t(isOfBills(order) ? 'pay.refusedBillTitle' : 'pay.refusedTitle')}>
          <p>{t('pay.refusedHint')}</p>
        </Notice>
      ) : (
        <Notice tone="good" role="status" title={t('pay.paidTitle')}>
          <p>{t(isOfBills(order) ? (order.delivered === 'done' ? 'pay.paidBill' : 'pay.paidBillSoon') : order.delivered === 'done' ? 'pay.paidHint' : 'pay.paidSoon')}</p>
        </Notice>
      );
    case 'refunded':
      return (
        <Notice tone="good" role="status" title={t('pay.refundedTitle')}>
          <p>{t('pay.refundedHint')}</p>
        </Notice>
      );
    case 'created':
      return (
        <Notice tone="bad" role="alert" title={t('pay.failedTitle')}>
          <p>{t('pay.failedHint')}</p>
          <Actions>
            <ButtonLink to={wayTo(order)} kind="primary">
              {t('pay.again')}
            </ButtonLink>
          </Actions>
        </Notice>
      );
    case 'closed':
      return (
        <Notice tone="warning" role="status" title={t('pay.closedTitle')}>
          <p>{t('pay.closedHint')}</p>
          <Actions>
            {isOfBills(order) ? <ButtonLink to="/bills">{t('pay.toBills')}</ButtonLink> : <ButtonLink to="/book">{t('book.new')}</ButtonLink>}
          </Actions>
        </Notice>
      );
  }
}

function Waiting({ order }: { order: Order }) {
  const { t } = useTranslation('resident');
  const simulate = useSimulate();
  const { code } = order;
  return (
    <section className={`card ${styles.waiting}`} aria-label={t('pay.waiting')} role="status">
      <h2>{t('pay.waiting')}</h2>
      {code === undefined ? (
        <p>{t('pay.asking')}</p>
      ) : (
        <div className={styles.code}>
          <Qr text={code} label={t('pay.code')} className={styles.qr} />
          <p>{t('pay.scan', { amount: order.amount })}</p>
        </div>
      )}
      <p className="muted small">{t('pay.waitingHint', { time: formatTime(order.expires) })}</p>
      {simulate.error ? <Failed error={simulate.error} /> : null}
      {code?.startsWith('sim:') ? (
        <Notice tone="warning" title={t('pay.simulated')}>
          <p>{t('pay.simulatedHint')}</p>
          <Actions>
            <Button kind="primary" busy={simulate.isPending} onClick={() => simulate.mutate({ code, agrees: true })}>
              {t('pay.simulateYes')}
            </Button>
            <Button busy={simulate.isPending} onClick={() => simulate.mutate({ code, agrees: false })}>
              {t('pay.simulateNo')}
            </Button>
          </Actions>
        </Notice>
      ) : null}
      <ButtonLink to={wayTo(order)}>{t('pay.otherWay')}</ButtonLink>
    </section>
  );
}
