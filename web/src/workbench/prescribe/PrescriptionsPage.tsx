import '../../shared/prescription/texts';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { nameOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import type { Comment } from '../../shared/prescription/prescriptions';
import { StateOf } from '../../shared/prescription/StateOf';
import { StatusTag } from '../../shared/StatusTag';
import { Items } from '../keys/Items';
import lists from '../Lists.module.css';
import notes from '../notes/Notes.module.css';
import { CommentFacts } from '../review/CommentFacts';
import { useComments, useCommentStep, useOwn, usePeople } from './usePrescribe';

const TABS = ['open', 'over', 'comments'] as const;
type Tab = (typeof TABS)[number];

/** 处方: the doctor's own, with where each stands, and what was said of them afterwards. */
export function PrescriptionsPage() {
  const { t } = useTranslation('prescription');
  const { t: w } = useTranslation('workbench');
  const [address, setAddress] = useSearchParams();
  const tab = TABS.find((one) => one === address.get('tab')) ?? 'open';
  return (
    <div className={lists.page}>
      <PageTitle page={w('lists.prescriptions')} />
      <h1>{w('lists.prescriptions')}</h1>
      <div>
        <Segmented aria-label={t('own.which')} value={tab} options={TABS.map((value) => ({ value, label: t(`own.${value}`) }))} onChange={(next) => setAddress(next === 'open' ? {} : { tab: next as Tab }, { replace: true })} />
      </div>
      {tab === 'comments' ? <OwnComments /> : <Own over={tab === 'over'} />}
    </div>
  );
}

function Own({ over }: { over: boolean }) {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const { data, error, refetch } = useOwn(over);
  const people = usePeople((data?.all ?? []).flatMap(({ patient }) => patient ?? []));
  return (
    <>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {data?.all.length === 0 ? <NothingHere title={t(over ? 'own.noneOver' : 'own.none')}>{over ? null : t('own.noneHint')}</NothingHere> : null}
      {data?.more ? <p className="muted">{t('queue.more')}</p> : null}
      {data && data.all.length > 0 ? (
        <Items
          label={t('own.which')}
          items={data.all.map(({ task, number, state, over: isOver, drugs, count, patient, reason, authored }) => {
            const person = people.data?.get(patient ?? '');
            return {
              key: task,
              to: `/prescriptions/${task}`,
              title: (
                <>
                  <strong>{drugs.length > 0 ? drugs.join(' + ') : t('queue.drugs', { count })}</strong> <StateOf state={state} /> {isOver ? <StatusTag tone="plain">{t('queue.over')}</StatusTag> : null}
                </>
              ),
              note: [person && nameOf(person), t('own.number', { number }), reason && (state === 'returned' || state === 'refused') ? t('own.reason', { reason }) : undefined].filter(Boolean).join(' · '),
              aside: formatMoment(authored, language),
            };
          })}
        />
      ) : null}
    </>
  );
}

function OwnComments() {
  const { t } = useTranslation('prescription');
  const { data, error, refetch } = useComments('doctor');
  return (
    <>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? <NothingHere title={t('comment.noneOwn')} /> : null}
      <ul className={lists.cards}>
        {data?.map((comment) => (
          <li key={comment.task} className="card">
            <OwnComment comment={comment} />
          </li>
        ))}
      </ul>
    </>
  );
}

function OwnComment({ comment }: { comment: Comment }) {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const step = useCommentStep(comment.task);
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  return (
    <>
      <p>
        <StatusTag tone={comment.codes.length > 0 ? 'warning' : 'good'}>{t(comment.codes.length > 0 ? 'comment.bad' : 'comment.good')}</StatusTag> <span className="muted">{t(`comment.state.${comment.state}`)}</span> {t('own.number', { number: comment.number })}{' '}
        <span className="muted">{formatMoment(comment.authored, language)}</span>
      </p>
      <CommentFacts comment={comment} />
      {comment.open.includes('appeal') ? (
        <form
          className={lists.form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const words = reason.trim();
            setShort([...words].length < 4);
            if ([...words].length >= 4) step.mutate({ step: 'appeal', reason: words });
          }}
        >
          <label htmlFor={`appeal-${comment.task}`}>{t('comment.appealReason')}</label>
          <textarea id={`appeal-${comment.task}`} className={notes.field} rows={2} maxLength={500} value={reason} aria-invalid={short} aria-describedby={`appeal-${comment.task}-problem`} onChange={(event) => setReason(event.target.value)} />
          <p id={`appeal-${comment.task}-problem`} role="alert" className={lists.problem}>
            {short ? t('comment.appealMissing') : ''}
          </p>
          <div className={lists.actions}>
            <Button type="primary" loading={step.isPending} onClick={() => step.mutate({ step: 'accept' })}>
              {t('comment.accept')}
            </Button>
            <Button htmlType="submit" loading={step.isPending}>
              {t('comment.appeal')}
            </Button>
          </div>
        </form>
      ) : null}
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </>
  );
}
