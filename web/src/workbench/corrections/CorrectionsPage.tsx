import { Button, Input, Radio } from 'antd';
import type { Task } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { correctionOf } from '../../shared/fhir/corrections';
import { idOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import lists from '../Lists.module.css';
import { useAnswer, useCorrections, type Answer } from './useCorrections';

/** 更正申请: what residents ask this institution to correct. */
export function CorrectionsPage() {
  const { t } = useTranslation('workbench');
  const { data, error, refetch } = useCorrections();
  return (
    <div className={lists.page}>
      <PageTitle page={t('lists.corrections')} />
      <h1>{t('lists.corrections')}</h1>
      <p className="muted">{t('corrections.lead')}</p>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? <NothingHere title={t('corrections.none')} /> : null}
      <ul className={lists.cards}>
        {data?.map((task) => (
          <li key={task.id} className="card">
            <One task={task} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function One({ task }: { task: Task }) {
  const { t } = useTranslation('workbench');
  const language = useLanguage();
  const typeName = useTypeName();
  const answer = useAnswer();
  const [status, setStatus] = useState<Answer['status']>();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<'choose' | 'words'>();
  const { id, what, focus, words, asked, patient } = correctionOf(task);
  return (
    <>
      <dl className={lists.facts}>
        <dt>{t('corrections.what')}</dt>
        <dd>
          {[typeName(focus?.split('/')[0] ?? ''), what].filter(Boolean).join(' · ')} <Link to={`/persons/${idOf(patient) ?? ''}`}>{t('emergencies.record')}</Link>
        </dd>
        <dt>{t('corrections.words')}</dt>
        <dd>{words}</dd>
        <dt>{t('corrections.asked')}</dt>
        <dd>{formatMoment(asked, language)}</dd>
      </dl>
      <form
        className={lists.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!status) return setProblem('choose');
          if (text.trim() === '') return setProblem('words');
          setProblem(undefined);
          answer.mutate({ task, status, text: text.trim() });
        }}
      >
        <Radio.Group value={status ?? null} onChange={(event) => setStatus(event.target.value as Answer['status'])} aria-label={t('corrections.decision')}>
          <Radio value="completed">{t('corrections.completed')}</Radio>
          <Radio value="rejected">{t('corrections.rejected')}</Radio>
        </Radio.Group>
        <label htmlFor={`answer-${id}`}>{t('corrections.answer')}</label>
        <Input.TextArea id={`answer-${id}`} rows={2} value={text} onChange={(event) => setText(event.target.value)} aria-invalid={problem === 'words'} aria-describedby={`problem-${id}`} {...(problem === 'words' ? { status: 'error' as const } : {})} />
        <p id={`problem-${id}`} role="alert" className={lists.problem}>
          {problem ? t(`corrections.${problem}Missing`) : ''}
        </p>
        {answer.error ? <LoadFailed error={answer.error} compact /> : null}
        <Button type="primary" htmlType="submit" loading={answer.isPending}>
          {t('corrections.submit')}
        </Button>
      </form>
    </>
  );
}
