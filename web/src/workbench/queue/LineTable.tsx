import { Button, Input, Popconfirm, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NothingHere } from '../../shared/faces/Faces';
import { formatTime } from '../../shared/format/dates';
import { LEVELS, type Level, type Ticket } from '../../shared/queue/tickets';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import styles from './Queue.module.css';
import type { Line, Queue } from './useQueue';

const TONES: Record<Level, Tone> = { emergency: 'alert', urgent: 'warning', priority: 'running', routine: 'plain' };

type Take = (values: { step: string } & Record<string, string>) => void;

/** Who waits, in the order in which they will be called; below them those the desk has to put back. */
export function LineTable({ line, others, call, take, busy }: { line: Line; others: Queue[]; call: (ticket: Ticket) => void; take: Take; busy: boolean }) {
  const { t } = useTranslation('queue');
  const [open, setOpen] = useState<string>();
  if (line.waiting.length + line.missed.length === 0)
    return (
      <section className="card">
        <NothingHere title={t('nobody')}>{t('nobodyHint')}</NothingHere>
      </section>
    );
  return (
    <section className={`card ${styles.part}`} aria-label={t('line')}>
      <h2>{t('line')}</h2>
      <ol className={styles.line}>
        {[...line.waiting, ...line.missed].map((ticket) => (
          <li key={ticket.id} className={styles.row}>
            <span className={styles.label}>{ticket.label}</span>
            <span className={styles.who}>
              {ticket.name}
              <span className={`muted small ${styles.note}`}>
                {[t('came', { time: formatTime(ticket.entered) }), ticket.due ? t('booked', { time: formatTime(ticket.due) }) : undefined, ticket.reason].filter(Boolean).join(' · ')}
              </span>
            </span>
            <span className={styles.tags}>
              {ticket.level && ticket.level !== 'routine' ? <StatusTag tone={TONES[ticket.level]}>{t(`level.${ticket.level}`)}</StatusTag> : null}
              {ticket.misses > 0 ? <StatusTag tone="warning">{t('missed', { count: ticket.misses })}</StatusTag> : null}
            </span>
            <span className={`muted ${styles.wait}`}>{ticket.before === undefined ? t('atDesk') : ticket.wait ? t('minutes', ticket.wait) : ticket.before === 0 ? t('isNext') : t('before', { count: ticket.before })}</span>
            <span className={styles.buttons}>
              <Button disabled={busy} onClick={() => call(ticket)}>
                {t('step.call')}
              </Button>
              {ticket.before === undefined && ticket.may.includes('return') ? (
                <Button disabled={busy} onClick={() => take({ step: 'return', ticket: ticket.id })}>
                  {t('step.return')}
                </Button>
              ) : null}
              <Button type="text" aria-expanded={open === ticket.id} onClick={() => setOpen(open === ticket.id ? undefined : ticket.id)}>
                {t('more')}
              </Button>
            </span>
            {open === ticket.id ? <More ticket={ticket} others={others} take={take} busy={busy} onDone={() => setOpen(undefined)} /> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

function More({ ticket, others, take, busy, onDone }: { ticket: Ticket; others: Queue[]; take: Take; busy: boolean; onDone: () => void }) {
  const { t } = useTranslation('queue');
  const id = useId();
  const [level, setLevel] = useState<Level>(ticket.level ?? 'routine');
  const [reason, setReason] = useState(ticket.reason ?? '');
  const [wrong, setWrong] = useState(false);
  const [to, setTo] = useState<string>();
  const triage = () => {
    setWrong(reason.trim() === '');
    if (reason.trim() === '') return;
    take({ step: 'triage', ticket: ticket.id, level, reason });
    onDone();
  };
  return (
    <div className={styles.more}>
      {ticket.may.includes('triage') ? (
        <div className={styles.fields}>
          <div className={styles.field}>
            <label htmlFor={`${id}-level`}>{t('levelLabel')}</label>
            <Select id={`${id}-level`} value={level} options={LEVELS.map((value) => ({ value, label: t(`level.${value}`) }))} onChange={setLevel} />
          </div>
          <div className={`${styles.field} ${styles.wide}`}>
            <label htmlFor={`${id}-reason`}>{t('reason')}</label>
            <Input id={`${id}-reason`} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} onPressEnter={triage} {...(wrong ? { status: 'error' as const } : {})} aria-invalid={wrong} aria-describedby={`${id}-problem`} />
            <span id={`${id}-problem`} role="alert" className={styles.problem}>
              {wrong ? t('reasonMissing') : ''}
            </span>
          </div>
          <Button type="primary" disabled={busy} onClick={triage}>
            {t('step.triage')}
          </Button>
        </div>
      ) : null}
      <div className={styles.fields}>
        {others.length > 0 ? (
          <>
            <div className={styles.field}>
              <label htmlFor={`${id}-to`}>{t('moveTo')}</label>
              <Select id={`${id}-to`} {...(to ? { value: to } : {})} placeholder={t('moveHint')} options={others.map(({ id: value, name }) => ({ value, label: name }))} onChange={setTo} />
            </div>
            <Button
              disabled={busy || to === undefined}
              onClick={() => {
                if (to) take({ step: 'move', ticket: ticket.id, queue: to });
                onDone();
              }}
            >
              {t('step.move')}
            </Button>
          </>
        ) : null}
        <Popconfirm title={t('leaveAsk', { label: ticket.label })} okText={t('step.leave')} cancelText={t('stay')} onConfirm={() => take({ step: 'leave', ticket: ticket.id })}>
          <Button danger>{t('step.leave')}</Button>
        </Popconfirm>
      </div>
    </div>
  );
}
