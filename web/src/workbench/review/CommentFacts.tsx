import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { Drugs } from '../../shared/prescription/Drugs';
import type { Comment } from '../../shared/prescription/prescriptions';
import lists from '../Lists.module.css';
import { useWhole } from '../prescribe/usePrescribe';

/** What is commented on, with which codes, and what was said so far. */
export function CommentFacts({ comment }: { comment: Comment }) {
  const { t } = useTranslation('prescription');
  const whole = useWhole(comment.review);
  return (
    <>
      {whole.error ? <LoadFailed error={whole.error} onRetry={() => void whole.refetch()} compact /> : null}
      {!whole.data && !whole.error ? <LoadingLines rows={3} /> : null}
      {whole.data ? <Drugs requests={whole.data.requests} /> : null}
      {comment.codes.length + comment.notes.length > 0 ? (
        <dl className={lists.facts}>
          {comment.codes.length > 0 ? (
            <>
              <dt>{t('desk.code')}</dt>
              <dd>
                {comment.codes.map((code) => (
                  <p key={code}>
                    {code} {t(`code.${code}`)}
                  </p>
                ))}
              </dd>
            </>
          ) : null}
          {comment.notes.length > 0 ? (
            <>
              <dt>{t('comment.notes')}</dt>
              <dd>
                {comment.notes.map((note, index) => (
                  <p key={index}>{note}</p>
                ))}
              </dd>
            </>
          ) : null}
        </dl>
      ) : null}
    </>
  );
}
