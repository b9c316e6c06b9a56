import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment, today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { COMMENT_CODES } from '../../shared/prescription/codes';
import type { Comment, CommentCode, CommentState } from '../../shared/prescription/prescriptions';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import lists from '../Lists.module.css';
import notes from '../notes/Notes.module.css';
import { useComments, useCommentStep } from '../prescribe/usePrescribe';
import { CommentFacts } from './CommentFacts';
import styles from './Review.module.css';
import { useDraw } from './useReview';

const ORDER: readonly CommentState[] = ['appealed', 'sampled', 'scored', 'final'];
const TONES: Record<CommentState, Tone> = { appealed: 'alert', sampled: 'plain', scored: 'running', final: 'good' };

/** 处方点评: drawing, scoring, settling of appeals. */
export function Comments() {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const { data, error, refetch } = useComments('pharmacist');
  const [opened, setOpened] = useState<string>();
  const sorted = data && [...data].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return (
    <>
      <Draw />
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? <NothingHere title={t('comment.none')}>{t('comment.drawHint')}</NothingHere> : null}
      {data && data.length > 0 ? <p className="muted small">{t('comment.own')}</p> : null}
      <ul className={lists.cards}>
        {sorted?.map((comment) => (
          <li key={comment.task} className="card">
            <details open={opened === comment.task} onToggle={(event) => setOpened((now) => (event.currentTarget.open ? comment.task : now === comment.task ? undefined : now))}>
              <summary>
                <StatusTag tone={TONES[comment.state]}>{t(`comment.state.${comment.state}`)}</StatusTag> {t('own.number', { number: comment.number })} <span className="muted">{formatMoment(comment.authored, language)}</span>{' '}
                {comment.codes.join(' ')}
                {comment.state !== 'sampled' && comment.codes.length === 0 ? t('comment.good') : null}
              </summary>
              {opened === comment.task ? (
                <div className={lists.cards}>
                  <CommentFacts comment={comment} />
                  {comment.open.some((step) => step === 'score' || step === 'settle') ? <Verdict key={comment.state} comment={comment} /> : null}
                </div>
              ) : null}
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

function Draw() {
  const { t } = useTranslation('prescription');
  const draw = useDraw();
  const [month, setMonth] = useState(today().slice(0, 7));
  const [count, setCount] = useState('10');
  return (
    <form
      className={styles.draw}
      aria-label={t('comment.draw')}
      onSubmit={(event) => {
        event.preventDefault();
        draw.mutate({ month, count: Number(count) });
      }}
    >
      <label>
        {t('comment.month')}
        <input className={notes.field} type="month" value={month} required onChange={(event) => setMonth(event.target.value)} />
      </label>
      <label>
        {t('comment.count')}
        <input className={notes.field} type="number" min={1} max={100} value={count} required onChange={(event) => setCount(event.target.value)} />
      </label>
      <Button htmlType="submit" loading={draw.isPending}>
        {t('comment.draw')}
      </Button>
      <span role="status" className="muted">
        {draw.data === undefined ? '' : t('comment.drawn', { count: draw.data })}
      </span>
      {draw.error ? <LoadFailed error={draw.error} compact /> : null}
    </form>
  );
}

/** Which of the 28 stand: as a score, or as the last word on an appeal. */
function Verdict({ comment }: { comment: Comment }) {
  const { t } = useTranslation('prescription');
  const settles = comment.open.includes('settle');
  const step = useCommentStep(comment.task);
  const [codes, setCodes] = useState<readonly CommentCode[]>(settles ? comment.codes : []);
  const [words, setWords] = useState('');
  const [short, setShort] = useState(false);
  const id = `words-${comment.task}`;
  return (
    <form
      className={lists.cards}
      noValidate
      aria-label={t(settles ? 'comment.settle' : 'comment.score')}
      onSubmit={(event) => {
        event.preventDefault();
        const said = words.trim();
        const lacks = (settles || codes.length > 0) && [...said].length < 4;
        setShort(lacks);
        if (!lacks) step.mutate({ step: settles ? 'settle' : 'score', codes, reason: said });
      }}
    >
      <fieldset style={{ border: 0, margin: 0, padding: 0, minInlineSize: 0 }}>
        <legend>{t(settles ? 'comment.settleHint' : 'comment.codes')}</legend>
        <div className={styles.codes}>
          {COMMENT_CODES.map((code) => (
            <label key={code}>
              <input type="checkbox" checked={codes.includes(code)} onChange={(event) => setCodes(event.target.checked ? [...codes, code] : codes.filter((one) => one !== code))} />
              <span>
                {code} {t(`code.${code}`)}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div>
        <label htmlFor={id}>{t('comment.words')}</label>
        <textarea id={id} className={notes.field} rows={2} maxLength={500} value={words} aria-invalid={short} aria-describedby={`${id}-problem`} onChange={(event) => setWords(event.target.value)} />
        <p id={`${id}-problem`} role="alert" className={lists.problem}>
          {short ? t('comment.wordsMissing') : ''}
        </p>
      </div>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <div>
        <Button type="primary" htmlType="submit" loading={step.isPending}>
          {t(settles ? 'comment.settle' : 'comment.score')}
        </Button>
      </div>
    </form>
  );
}
