import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorSentence } from '../../shared/faces/useErrorSentence';
import { formatTime } from '../../shared/format/dates';
import { Qr } from '../../shared/card/Qr';
import { useCodeName } from '../../shared/i18n/i18n';
import { printedCode } from '../requests/card';
import { Button } from '../ui/ui';
import styles from './Card.module.css';
import { useLiveCode } from './useLiveCode';

/** The code that renews itself; where there is no line, what may still be shown, and what it is good for. */
export function CodeBox({ patient, name, large = false }: { patient: string; name: string; large?: boolean }) {
  const { t } = useTranslation('resident');
  const codeName = useCodeName();
  const sentenceOf = useErrorSentence();
  const code = useLiveCode(patient, true);
  const printed = usePrinted(patient, large);
  useWakeLock(large);
  const { text, left, resting, offline, error, lastUse } = code;
  const fallback = text === undefined && offline ? printed : undefined; // Of the large one only.
  return (
    <div className={styles.box} data-large={large || undefined}>
      {large ? <p className={styles.name}>{name}</p> : null}
      <div className={styles.frame}>
        {text !== undefined ? (
          <Qr className={styles.qr} text={text} label={t('card.qr', { name })} />
        ) : fallback !== undefined ? (
          <Qr className={styles.qr} text={fallback} label={t('card.qrPrinted', { name })} />
        ) : resting ? (
          large ? (
            <Button onClick={code.renew}>{t('card.showAgain')}</Button>
          ) : (
            <p className={styles.failed}>{t('card.showAgain')}</p>
          )
        ) : error ? (
          <p className={styles.failed}>{offline ? t('card.noLine') : sentenceOf(error).sentence}</p>
        ) : (
          <span className={styles.wait} role="status" aria-label={t('card.making')} data-loading />
        )}
      </div>
      {text !== undefined ? (
        <p className={styles.left}>
          <span className={styles.bar} aria-hidden="true">
            <span style={{ inlineSize: `${Math.min(100, (left / 60) * 100)}%` }} />
          </span>
          {/* Not told aloud each second; what a listener needs stands in the words. */}
          <span aria-hidden="true">{t('card.left', { count: left })}</span>
          <span className="visually-hidden">{t('card.renews')}</span>
        </p>
      ) : null}
      {offline ? (
        <p role="status" className={styles.offline}>
          {text !== undefined ? t('card.offlineLeft', { count: left }) : fallback !== undefined ? t('card.offlinePrinted') : t('card.offlineNothing')}
        </p>
      ) : null}
      {lastUse && !lastUse.refused ? (
        <p role="status" className={styles.used}>
          {t('card.justUsed', { where: lastUse.terminal, scene: codeName('cardScene', lastUse.scene), when: formatTime(lastUse.at) })}
        </p>
      ) : null}
    </div>
  );
}

/** Kept in this tab only, for when there is no line. */
function usePrinted(patient: string, on: boolean): string | undefined {
  const [code, setCode] = useState<string>();
  useEffect(() => {
    let gone = false;
    setCode(undefined);
    if (!on) return undefined;
    printedCode(patient).then(
      (text) => gone || setCode(text),
      () => undefined, // Without it there is nothing to fall back on, which is said then.
    );
    return () => {
      gone = true;
    };
  }, [patient, on]);
  return code;
}

/** The screen stays on while the large code is held out. */
function useWakeLock(on: boolean): void {
  useEffect(() => {
    if (!on || !('wakeLock' in navigator)) return undefined;
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    navigator.wakeLock.request('screen').then(
      (got) => {
        lock = got;
        if (gone) void got.release();
      },
      () => undefined, // Saving power: the screen goes when it would.
    );
    return () => {
      gone = true;
      void lock?.release();
    };
  }, [on]);
}
