import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { conceptText } from '../../shared/fhir/words';
import { Drugs } from '../../shared/prescription/Drugs';
import { Findings } from '../../shared/prescription/Findings';
import type { Comment } from '../../shared/prescription/prescriptions';
import lists from '../Lists.module.css';
import { useWhole } from '../prescribe/usePrescribe';

/** What is commented on, with which codes, and what was said so far. */
export function CommentFacts({ comment }: { comment: Comment }) {
  const { t } = useTranslation('prescription');
  const whole = useWhole(comment.review);
  const nameOf = (item: string) => conceptText(whole.data?.requests.find(({ id }) => item === `MedicationRequest/${id ?? ''}`)?.medicationCodeableConcept);
  return (
    <>
      {whole.error ? <LoadFailed error={whole.error} onRetry={() => void whole.refetch()} compact /> : null}
      {!whole.data && !whole.error ? <LoadingLines rows={3} /> : null}
      {whole.data ? <Drugs requests={whole.data.requests} /> : null}
      {whole.data && whole.data.findings.length > 0 ? <Findings findings={whole.data.findings} nameOf={nameOf} /> : null}
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
