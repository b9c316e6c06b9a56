import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Call, record } from './call';
import styles from './Conversation.module.css';
import type { Talk } from './talk';
import type { Side } from './visits';

/** The call of a visit: the doctor calls, the resident answers; the doctor's browser records both. */
export function CallBar({ talk, side }: { talk: Talk; side: Side }) {
  const { t } = useTranslation('visit');
  const [waiting, setWaiting] = useState(0);
  const call = useMemo(
    () =>
      new Call(talk, (own, other) => {
        if (side !== 'doctor') return () => undefined;
        const name = crypto.randomUUID().slice(0, 8);
        const stops = [record(talk.visit, `${name}-doctor`, own, setWaiting), record(talk.visit, `${name}-resident`, other, setWaiting)];
        return () => stops.forEach((stop) => stop());
      }),
    [talk, side],
  );
  useEffect(() => () => call.close(), [call]);
  const now = useSyncExternalStore(call.subscribe, call.snapshot);
  const isOn = now.phase === 'calling' || now.phase === 'talking';
  return (
    <div className={styles.call} data-on={isOn || undefined}>
      {isOn ? (
        <div className={styles.videos}>
          <Video stream={now.other} label={t(side === 'doctor' ? 'call.resident' : 'call.doctor')} />
          <Video stream={now.own} label={t('call.you')} muted small />
        </div>
      ) : null}
      <p role="status" className={styles.callWords}>
        {now.phase === 'ringing' ? t('call.ringing') : now.phase === 'calling' ? t('call.calling') : now.phase === 'talking' ? t('call.talking') : now.why ? t(now.why === 'no-media' ? 'call.noMedia' : 'call.noWay') : ''}
        {side === 'doctor' && now.phase === 'talking' ? ` ${t(waiting > 2 ? 'call.recordingBehind' : 'call.recording')}` : ''}
      </p>
      <span className={styles.callButtons}>
        {(now.phase === 'idle' || now.phase === 'failed') && side === 'doctor' ? (
          <button type="button" className={styles.again} onClick={() => void call.begin()}>
            {t('call.begin')}
          </button>
        ) : null}
        {now.phase === 'ringing' ? (
          <button type="button" className={styles.send} onClick={() => void call.accept()}>
            {t('call.accept')}
          </button>
        ) : null}
        {isOn || now.phase === 'ringing' ? (
          <button type="button" className={styles.hangUp} onClick={() => call.end()}>
            {t('call.end')}
          </button>
        ) : null}
      </span>
    </div>
  );
}

function Video({ stream, label, muted = false, small = false }: { stream: MediaStream | undefined; label: string; muted?: boolean; small?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current && stream) video.current.srcObject = stream;
  }, [stream]);
  return <video ref={video} className={small ? styles.ownVideo : styles.video} autoPlay playsInline muted={muted} aria-label={label} />;
}
