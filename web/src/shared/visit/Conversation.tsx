import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { file } from '../fhir/client';
import { formatTime } from '../format/dates';
import { CallBar } from './CallBar';
import styles from './Conversation.module.css';
import { prepare } from './pictures';
import type { Talk, TalkState } from './talk';
import { pathOf, type Message, type Side } from './visits';

const LONGEST = 4_000;

/**
 * What is said in a visit, for either side, and the line to type in. Says what it is waiting for, and loses nothing that
 * was typed.
 *
 * @param open whether anything may be said
 */
export function Conversation({ talk, now, side, open }: { talk: Talk; now: TalkState; side: Side; open: boolean }) {
  const { t } = useTranslation('visit');
  const box = useRef<HTMLDivElement>(null);
  const last = now.messages.length + now.pending.length;
  // Who reads far above is not carried away by what is new.
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, following]);
  const read = now.marks[side === 'resident' ? 'doctor' : 'resident'];
  return (
    <section className={styles.frame} aria-label={t('conversation')} data-open={open || undefined}>
      {open && now.line !== 'live' ? (
        <p role="status" className={styles.line}>
          {t(now.line === 'connecting' ? 'line.connecting' : 'line.lost')}
        </p>
      ) : null}
      {open ? <CallBar talk={talk} side={side} /> : null}
      <div
        ref={box}
        className={styles.messages}
        role="log"
        aria-live="polite"
        tabIndex={0}
        aria-label={t('conversation')}
        onScroll={({ currentTarget: at }) => setFollowing(at.scrollHeight - at.scrollTop - at.clientHeight < 80)}
      >
        {last === 0 ? <p className={styles.quiet}>{t('quiet')}</p> : null}
        {now.messages.map((message) => (
          <Bubble key={message.number} talk={talk} message={message} own={message.side === side} read={message.number <= read.read} got={message.number <= read.got} />
        ))}
        {now.pending.map((pending) => (
          <div key={pending.token} className={styles.bubble} data-own>
            <p className={styles.text}>{pending.kind === 'text' ? pending.text : t('picture')}</p>
            <p className={styles.foot}>
              {pending.failed ? (
                <>
                  <span className={styles.failed}>{t('sent.failed')}</span>{' '}
                  <button type="button" className={styles.again} onClick={() => talk.again(pending.token)}>
                    {t('sent.again')}
                  </button>
                </>
              ) : (
                t('sent.sending')
              )}
            </p>
          </div>
        ))}
      </div>
      {open ? <Composer talk={talk} onSaid={() => setFollowing(true)} /> : null}
    </section>
  );
}

function Bubble({ talk, message, own, read, got }: { talk: Talk; message: Message; own: boolean; read: boolean; got: boolean }) {
  const { t } = useTranslation('visit');
  return (
    <div className={styles.bubble} data-own={own || undefined}>
      {message.kind === 'picture' ? <Picture visit={talk.visit} number={message.number} /> : <p className={styles.text}>{message.text}</p>}
      <p className={styles.foot}>
        <time dateTime={message.at}>{formatTime(message.at)}</time>
        {own ? <span>{t(read ? 'sent.read' : got ? 'sent.got' : 'sent.sent')}</span> : null}
      </p>
    </div>
  );
}

function Picture({ visit, number }: { visit: string; number: number }) {
  const { t } = useTranslation('visit');
  const picture = useQuery({ queryKey: ['visit-picture', visit, number], queryFn: () => file(`${pathOf(visit, 'picture')}?number=${number}`), staleTime: Infinity });
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!picture.data) return;
    const made = URL.createObjectURL(picture.data);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [picture.data]);
  if (picture.error)
    return (
      <button type="button" className={styles.again} onClick={() => void picture.refetch()}>
        {t('pictureFailed')}
      </button>
    );
  // The place is kept while it comes, so that nothing jumps.
  return <span className={styles.picture}>{address ? <img src={address} alt={t('picture')} /> : null}</span>;
}

function Composer({ talk, onSaid }: { talk: Talk; onSaid: () => void }) {
  const { t } = useTranslation('visit');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const chooser = useRef<HTMLInputElement>(null);
  const send = () => {
    const words = text.trim();
    if (words === '') return;
    talk.text(words);
    setText('');
    onSaid();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKey = (event: KeyboardEvent) => {
    // Not while a character of a Chinese word is being chosen.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };
  const show = async (chosen: File | undefined) => {
    if (!chosen) return;
    setProblem(undefined);
    try {
      const { type, data } = await prepare(chosen);
      talk.picture(type, data);
      onSaid();
    } catch {
      setProblem(t('pictureUnreadable'));
    }
  };
  return (
    <form className={styles.composer} onSubmit={submit}>
      {problem ? (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      ) : null}
      <input ref={chooser} type="file" accept="image/*" hidden onChange={({ target }) => void show(target.files?.[0]).finally(() => (target.value = ''))} />
      <button type="button" className={styles.tool} aria-label={t('sendPicture')} onClick={() => chooser.current?.click()}>
        <svg viewBox="0 0 24 24" aria-hidden="true" width="24" height="24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round">
          <path d="M3 7h4l2-3h6l2 3h4v13H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z" />
        </svg>
      </button>
      <textarea className={styles.input} rows={1} value={text} maxLength={LONGEST} aria-label={t('say')} placeholder={t('say')} onChange={(event) => setText(event.target.value)} onKeyDown={onKey} />
      <button type="submit" className={styles.send} disabled={text.trim() === ''}>
        {t('send')}
      </button>
    </form>
  );
}
