import { Button, Checkbox, Input, Popconfirm } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { useRole } from '../useRole';
import styles from './Exchange.module.css';
import { base64Of, useDiscard, useReplay, useText, type Message } from './useExchange';

const TONES: Record<string, Tone> = { received: 'running', done: 'good', dead: 'bad', refused: 'bad', parked: 'warning', discarded: 'plain' };

/** A message: why it is where it is, and what can be done about it. */
export function MessageLine({ message }: { message: Message }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const seesTexts = useRole() === 'root';
  const [open, setOpen] = useState(false);
  const isFailed = message.state === 'dead' || message.state === 'refused';
  return (
    <li className={styles.message}>
      <div className={styles.head}>
        <span className={styles.title}>
          <strong>{message.type || t('exchange.unread')}</strong>
          <span className="muted">{[message.feed, message.control].filter(Boolean).join(' · ')}</span>
        </span>
        <span className={styles.title}>
          <span className="muted">{formatMoment(message.received, language)}</span>
          <StatusTag tone={TONES[message.state] ?? 'plain'}>{t(`exchange.states.${message.state as 'dead'}`, { defaultValue: message.state })}</StatusTag>
        </span>
      </div>
      {message.reason ? <p className={styles.reason}>{message.reason}</p> : null}
      {message.findings.length > 0 ? (
        <ul className={styles.findings}>
          {message.findings.map(({ code, place, text }, at) => (
            <li key={`${code}-${at}`} className="muted small">
              {place ? <code>{place}</code> : null} {text}
            </li>
          ))}
        </ul>
      ) : null}
      <p className="muted small">
        {[message.mapping, message.attempts > 0 ? t('exchange.attempts', { count: message.attempts }) : '', message.id].filter(Boolean).join(' · ')}
      </p>
      {isFailed || message.state === 'parked' ? <Acts message={message} isFailed={isFailed} /> : null}
      {seesTexts ? (
        <>
          <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t('exchange.hideText') : isFailed ? t('exchange.correct') : t('exchange.showText')}
          </Button>
          {open ? <Text message={message} mayCorrect={isFailed} /> : null}
        </>
      ) : null}
    </li>
  );
}

function Acts({ message, isFailed }: { message: Message; isFailed: boolean }) {
  const { t } = useTranslation('console');
  const replay = useReplay();
  const discard = useDiscard();
  const [overtaken, setOvertaken] = useState(false);
  return (
    <div className={styles.acts}>
      {isFailed ? (
        <Button size="small" loading={replay.isPending} onClick={() => replay.mutate({ id: message.id, ...(overtaken ? { overtaken: 'true' } : {}) })}>
          {t('exchange.replay')}
        </Button>
      ) : null}
      <Popconfirm title={t('exchange.discardSure')} okText={t('exchange.discard')} cancelText={t('exchange.keep')} onConfirm={() => discard.mutate(message.id)}>
        <Button size="small" danger loading={discard.isPending}>
          {t('exchange.discard')}
        </Button>
      </Popconfirm>
      {isFailed ? (
        <Checkbox checked={overtaken} onChange={(event) => setOvertaken(event.target.checked)}>
          {t('exchange.overtaken')}
        </Checkbox>
      ) : null}
      {replay.data && replay.data.failed > 0 ? <span role="status">{t('exchange.failedAgain', { reason: replay.data.reason ?? '' })}</span> : null}
      {replay.error ? <LoadFailed error={replay.error} compact /> : null}
      {discard.error ? <LoadFailed error={discard.error} compact /> : null}
    </div>
  );
}

/** What came; where it failed, with a way to mend it. The original stays beside the correction. */
function Text({ message: { id }, mayCorrect }: { message: Message; mayCorrect: boolean }) {
  const { t } = useTranslation('console');
  const field = useId();
  const came = useText(id, true);
  const replay = useReplay();
  const [typed, setTyped] = useState<string>();
  if (came.data === undefined) return came.error ? <LoadFailed error={came.error} onRetry={() => void came.refetch()} compact /> : <LoadingLines rows={4} />;
  if (came.data.text === undefined) return <p className="muted">{t('exchange.noText')}</p>;
  // Segments of HL7 v2 end with a carriage return, which a text field turns into a line end.
  const isHl7 = /^\s*(MSH|FHS|BHS)/.test(came.data.text);
  const shown = typed ?? (isHl7 ? came.data.text.replace(/\r\n?/g, '\n') : came.data.text);
  return (
    <div className={styles.text}>
      <label htmlFor={field}>{t('exchange.content')}</label>
      <Input.TextArea id={field} value={shown} readOnly={!mayCorrect} spellCheck={false} autoSize={{ minRows: 4, maxRows: 16 }} className={styles.code} onChange={(event) => setTyped(event.target.value)} />
      {mayCorrect ? (
        <div className={styles.acts}>
          <Button size="small" type="primary" disabled={typed === undefined} loading={replay.isPending} onClick={() => replay.mutate({ id, content: base64Of(isHl7 ? shown.replace(/\n/g, '\r') : shown) })}>
            {t('exchange.replayCorrected')}
          </Button>
          {replay.data && replay.data.failed > 0 ? <span role="status">{t('exchange.failedAgain', { reason: replay.data.reason ?? '' })}</span> : null}
          {replay.error ? <LoadFailed error={replay.error} compact /> : null}
        </div>
      ) : null}
    </div>
  );
}
