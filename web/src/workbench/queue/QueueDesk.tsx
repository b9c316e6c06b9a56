import { Button, Input, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import type { Ticket } from '../../shared/queue/tickets';
import { StatusTag } from '../../shared/StatusTag';
import { CheckIn } from './CheckIn';
import { LineTable } from './LineTable';
import styles from './Queue.module.css';
import { CHOSEN, useLine, useQueues, useStep } from './useQueue';

const PLACE = 'helan-queue-place';

/** What this seat works in, kept for as long as the tab is open. */
function useKept(key: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => sessionStorage.getItem(key) ?? '');
  return [
    value,
    (next) => {
      sessionStorage.setItem(key, next);
      setValue(next);
    },
  ];
}

/** One queue as who works in it sees it: who is in the rooms, who is next, check-in. Needs nothing around it but a session and the workbench's addresses. */
export function QueueDesk() {
  const { t } = useTranslation('queue');
  const id = useId();
  const queues = useQueues();
  const [chosen, setChosen] = useKept(CHOSEN);
  const [place, setPlace] = useKept(PLACE);
  const [noPlace, setNoPlace] = useState(false);
  const step = useStep();
  const queue = queues.data?.find((one) => one.id === chosen) ?? queues.data?.[0];
  const line = useLine(queue?.id);
  if (queues.data === undefined) return queues.error ? <LoadFailed error={queues.error} onRetry={() => void queues.refetch()} /> : <LoadingLines rows={6} />;
  if (queue === undefined) return <NothingHere title={t('noQueue')}>{t('noQueueHint')}</NothingHere>;
  const call = (ticket?: Ticket) => {
    const missing = place.trim() === '';
    setNoPlace(missing);
    if (missing) document.getElementById(`${id}-place`)?.focus();
    else step.mutate({ step: 'call', place, ...(ticket ? { ticket: ticket.id } : { queue: queue.id }) });
  };
  const others = queues.data.filter(({ id: one, open }) => one !== queue.id && open);
  return (
    <>
      <section className={`card ${styles.bar}`} aria-label={t('seat')}>
        <div className={styles.field}>
          <label htmlFor={`${id}-queue`}>{t('queue')}</label>
          <Select id={`${id}-queue`} value={queue.id} options={queues.data.map(({ id: value, name, waiting }) => ({ value, label: t('queueOption', { name, count: waiting }) }))} onChange={setChosen} />
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-place`}>{t('place')}</label>
          <Input id={`${id}-place`} value={place} maxLength={30} placeholder={t('placeHint')} onChange={(event) => setPlace(event.target.value)} {...(noPlace ? { status: 'error' as const } : {})} aria-invalid={noPlace} aria-describedby={`${id}-problem`} />
          <span id={`${id}-problem`} role="alert" className={styles.problem}>
            {noPlace ? t('placeMissing') : ''}
          </span>
        </div>
        <dl className={styles.figures}>
          <div>
            <dt>{t('waiting')}</dt>
            <dd>{line.data?.waiting.length ?? '–'}</dd>
          </div>
          <div>
            <dt>{t('served')}</dt>
            <dd>{line.data?.served ?? '–'}</dd>
          </div>
        </dl>
        <Button type="primary" size="large" className={styles.next ?? ''} loading={step.isPending && step.variables.step === 'call' && step.variables['ticket'] === undefined} disabled={line.data?.waiting.length === 0} onClick={() => call()}>
          {t('callNext')}
        </Button>
        {queue.open ? null : <StatusTag tone="warning">{t('closed')}</StatusTag>}
      </section>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <div className={styles.desk}>
        <div className={styles.column}>
          {line.data === undefined ? (
            <section className="card">{line.error ? <LoadFailed error={line.error} onRetry={() => void line.refetch()} /> : <LoadingLines rows={8} />}</section>
          ) : (
            <>
              {line.error ? <LoadFailed error={line.error} onRetry={() => void line.refetch()} compact /> : null}
              <InRooms tickets={line.data.called} take={(one, ticket) => step.mutate({ step: one, ticket: ticket.id })} again={call} busy={step.isPending ? step.variables['ticket'] : undefined} />
              <LineTable line={line.data} others={others} call={call} take={(values) => step.mutate(values)} busy={step.isPending} />
            </>
          )}
        </div>
        <CheckIn queue={queue.id} />
      </div>
    </>
  );
}

/** Who was called, and who is with a doctor. */
function InRooms({ tickets, take, again, busy }: { tickets: Ticket[]; take: (step: string, ticket: Ticket) => void; again: (ticket: Ticket) => void; busy: string | undefined }) {
  const { t } = useTranslation('queue');
  const id = useId();
  if (tickets.length === 0) return null;
  return (
    <section className={`card ${styles.part}`} aria-labelledby={id}>
      <h2 id={id}>{t('inRooms')}</h2>
      <ul className={styles.rooms}>
        {tickets.map((ticket) => (
          <li key={ticket.id} className={styles.room} data-state={ticket.state}>
            <p className={styles.label}>{ticket.label}</p>
            <p className={styles.who}>
              {ticket.state === 'serving' && ticket.patient ? (
                <Link to={`/persons/${ticket.patient.slice('Patient/'.length)}`}>{ticket.name}</Link>
              ) : (
                ticket.name
              )}{' '}
              <span className="muted">{ticket.place}</span>
            </p>
            <StatusTag tone={ticket.state === 'serving' ? 'running' : 'alert'}>{t(`state.${ticket.state}`)}</StatusTag>
            <span className={styles.buttons}>
              {ticket.state === 'called' ? <Button onClick={() => again(ticket)}>{t('callAgain')}</Button> : null}
              {(['start', 'miss', 'finish'] as const)
                .filter((one) => ticket.may.includes(one))
                .map((one) => (
                  <Button key={one} type={one === 'miss' ? 'default' : 'primary'} loading={busy === ticket.id} onClick={() => take(one, ticket)}>
                    {t(`step.${one}`)}
                  </Button>
                ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
