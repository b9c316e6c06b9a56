import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../../shared/format/dates';
import type { Ticket } from '../../shared/queue/tickets';
import { usePerson } from '../requests/person';
import { isWaiting, useCheckIn, useLeave, useTickets } from '../requests/queue';
import { Page } from '../ui/Page';
import { Actions, Button, Failed, Faces, Field, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import styles from './Queue.module.css';

/** 候诊: my number, how many are before me, how long it may take; and check-in at the door. */
export function QueuePage() {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const tickets = useTickets(person.id);
  return (
    <Page title={t('queue.title')} back="/">
      <Faces query={tickets} cards={1}>
        {(all) => {
          const waiting = all.filter(isWaiting);
          const over = all.filter((ticket) => !isWaiting(ticket));
          return (
            <>
              {waiting.map((ticket) => (
                <Number key={ticket.id} ticket={ticket} />
              ))}
              <CheckIn first={waiting.length === 0} />
              {over.length > 0 ? (
                <Section title={t('queue.earlier')}>
                  <Rows>
                    {over.map((ticket) => (
                      <Row key={ticket.id} title={ticket.label} tags={<Tag>{t(`queue.state.${ticket.state}`)}</Tag>} note={[ticket.queueName, formatTime(ticket.entered)].join(t('dot'))} />
                    ))}
                  </Rows>
                </Section>
              ) : null}
            </>
          );
        }}
      </Faces>
    </Page>
  );
}

function Number({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation('resident');
  const leave = useLeave(usePerson().id);
  const [asks, setAsks] = useState(false);
  const isCalled = ticket.state === 'called';
  return (
    <section className={`card ${styles.ticket}`} data-called={isCalled || undefined} aria-label={ticket.queueName}>
      <h2>{ticket.queueName}</h2>
      <p className={styles.label}>{ticket.label}</p>
      <p role="status" className={styles.now}>
        {isCalled || ticket.state === 'serving'
          ? t(`queue.now.${ticket.state as 'called'}`, { place: ticket.place ?? '' })
          : ticket.before === undefined
            ? t('queue.atDesk')
            : ticket.before === 0
              ? t('queue.youAreNext')
              : t('queue.before', { count: ticket.before })}
      </p>
      {ticket.before === undefined || isCalled ? null : ticket.wait ? <p>{t('queue.wait', ticket.wait)}</p> : <p className="muted">{t('queue.noEstimate')}</p>}
      {ticket.state === 'missed' && ticket.before !== undefined ? <p className="muted">{t('queue.missedHint')}</p> : null}
      {ticket.where ? <p className="muted">{t('queue.waitAt', { where: ticket.where })}</p> : null}
      {leave.error ? <Failed error={leave.error} /> : null}
      {ticket.may.includes('leave') ? (
        asks ? (
          <Notice tone="warning" title={t('queue.leaveAsk')}>
            <Actions>
              <Button kind="danger" busy={leave.isPending} onClick={() => leave.mutate(ticket.id)}>
                {t('queue.leave')}
              </Button>
              <Button onClick={() => setAsks(false)}>{t('queue.stay')}</Button>
            </Actions>
          </Notice>
        ) : (
          <Actions>
            <Button onClick={() => setAsks(true)}>{t('queue.leave')}</Button>
          </Actions>
        )
      ) : null}
    </section>
  );
}

function CheckIn({ first }: { first: boolean }) {
  const { t } = useTranslation('resident');
  const checkIn = useCheckIn(usePerson().id);
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const door = code.replace(/\s/g, '');
    setWrong(!/^\d{6}$/.test(door));
    if (/^\d{6}$/.test(door)) checkIn.mutate(door, { onSuccess: () => setCode('') });
  };
  return (
    <Section title={t('queue.checkIn')}>
      <form className={`card ${styles.form}`} onSubmit={submit} noValidate autoComplete="off">
        <p className="muted">{t(first ? 'queue.checkInLead' : 'queue.checkInAgain')}</p>
        <Field label={t('queue.door')} problem={wrong ? t('queue.doorWrong') : undefined}>
          {(id, problem) => <input id={id} className={styles.door} inputMode="numeric" maxLength={7} value={code} aria-invalid={wrong} aria-describedby={wrong ? problem : undefined} onChange={(event) => setCode(event.target.value)} />}
        </Field>
        {checkIn.error ? <Failed error={checkIn.error} /> : null}
        <Button kind="primary" type="submit" wide busy={checkIn.isPending}>
          {t('queue.checkInNow')}
        </Button>
      </form>
    </Section>
  );
}
