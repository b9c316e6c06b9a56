import { useTranslation } from 'react-i18next';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Qr } from '../../shared/card/Qr';
import { payTogetherAt, placesOf, useChannels, useSimulate, useTogether, type Order, type Together } from '../../shared/pay/orders';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Facts, Faces, Failed, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import styles from './Pay.module.css';
import { REFUND_TONES, TONES } from './tones';

/**
 * One payment: what to do while it waits, its receipt once it is paid, what has come back. Of one for several institutions,
 * the whole and then each institution's own.
 */
export function OrderPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const orders = useTogether(id);
  const state = orders.data?.[0].state;
  return (
    <Page title={t(state === 'paid' || state === 'refunded' ? 'pay.receipt' : 'pay.title')} back="/payments" fixed>
      <Faces query={orders} cards={2}>
        {(all) => (all.length === 1 ? <Alone order={all[0]} /> : <All orders={all} />)}
      </Faces>
    </Page>
  );
}

function Alone({ order }: { order: Order }) {
  return (
    <>
      <Standing orders={[order]} />
      <Receipt order={order} />
      <See order={order} />
    </>
  );
}

function All({ orders }: { orders: Together }) {
  const { t } = useTranslation('resident');
  const [first] = orders;
  const channel = useChannelOf(first);
  const isOne = orders.every(({ state, delivered }) => state === first.state && delivered === first.delivered);
  const waiting = orders.filter(({ state, joint }) => state === 'paying' && joint?.number === first.joint?.number);
  return (
    <>
      {waiting[0] ? <Waiting orders={[waiting[0], ...waiting.slice(1)]} /> : isOne ? <Standing orders={orders} /> : null}
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>¥{first.joint?.amount}</strong> },
            { name: t('pay.for'), value: t('pay.together', { count: orders.length }) },
            ...(channel ? [{ name: t('pay.channel'), value: channel }] : []),
          ]}
        />
      </div>
      {waiting.length === orders.length ? (
        <Rows>
          {orders.map((order) => (
            <Row key={order.id} title={order.where || order.what} end={`¥${order.amount}`} />
          ))}
        </Rows>
      ) : (
        orders.map((order) => (
          <Section key={order.id} title={order.where || order.what}>
            {isOne || order.state === 'paying' ? null : <Standing orders={[order]} />}
            <Receipt order={order} within />
          </Section>
        ))
      )}
      <See order={first} />
    </>
  );
}

function useChannelOf(order: Order) {
  const channels = useChannels();
  return channels.data?.find(({ code }) => code === order.channel)?.name ?? order.channel;
}

function See({ order }: { order: Order }) {
  const { t } = useTranslation('resident');
  const { shown, kind } = placesOf(order.payable);
  return order.state === 'paid' || order.state === 'refunded' ? (
    <ButtonLink to={shown} wide>
      {t(`pay.of.${kind}.see`)}
    </ButtonLink>
  ) : null;
}

/** @param within the whole, which says of whom and by which channel it is */
function Receipt({ order, within = false }: { order: Order; within?: boolean }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const channel = useChannelOf(order);
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            { name: t('pay.amount'), value: <strong>¥{order.amount}</strong> },
            { name: t('pay.for'), value: order.what },
            ...(order.where && !within ? [{ name: t('pay.where'), value: order.where }] : []),
            { name: t('pay.state'), value: <Tag tone={TONES[order.state]}>{t(`pay.states.${order.state}`)}</Tag> },
            ...(channel && !within ? [{ name: t('pay.channel'), value: channel }] : []),
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
    </>
  );
}

/** Where they are paid: all at once, if they were asked for so. */
const payAt = ([first, ...others]: Together): string => (others.length > 0 && [first, ...others].every(({ payable }) => payable.startsWith('Account/')) ? payTogetherAt([first, ...others].map(({ payable }) => payable)) : placesOf(first.payable).pay);

/** What the state, which is the same of all, asks of the resident. */
function Standing({ orders }: { orders: Together }) {
  const { t } = useTranslation('resident');
  const [order] = orders;
  const { kind, anew } = placesOf(order.payable);
  switch (order.state) {
    case 'paying':
      return <Waiting orders={orders} />;
    case 'paid':
      return order.delivered === 'refused' ? (
        <Notice tone="warning" role="status" title={t(`pay.of.${kind}.refused`)}>
          <p>{t('pay.refusedHint')}</p>
        </Notice>
      ) : (
        <Notice tone="good" role="status" title={t('pay.paidTitle')}>
          <p>{t(`pay.of.${kind}.${order.delivered === 'done' ? 'paid' : 'paidSoon'}`)}</p>
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
            <ButtonLink to={payAt(orders)} kind="primary">
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
            <ButtonLink to={anew}>{t(`pay.of.${kind}.anew`)}</ButtonLink>
          </Actions>
        </Notice>
      );
  }
}

function Waiting({ orders }: { orders: Together }) {
  const { t } = useTranslation('resident');
  const simulate = useSimulate();
  const code = orders.find((one) => one.code !== undefined)?.code;
  const expires = orders.map((one) => one.expires ?? '').sort()[0];
  return (
    <section className={`card ${styles.waiting}`} aria-label={t('pay.waiting')} role="status">
      <h2>{t('pay.waiting')}</h2>
      {code === undefined ? (
        <p>{t('pay.asking')}</p>
      ) : (
        <div className={styles.code}>
          <Qr text={code} label={t('pay.code')} className={styles.qr} />
          <p>{t('pay.scan', { amount: orders[0].joint?.amount ?? orders[0].amount })}</p>
        </div>
      )}
      <p className="muted small">{t('pay.waitingHint', { time: formatTime(expires) })}</p>
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
      <ButtonLink to={payAt(orders)}>{t('pay.otherWay')}</ButtonLink>
    </section>
  );
}
