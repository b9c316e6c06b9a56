import '../../shared/prescription/texts';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { conceptText, nameOf as personName } from '../../shared/fhir/words';
import { COMMENT_CODES } from '../../shared/prescription/codes';
import { Drugs } from '../../shared/prescription/Drugs';
import { Findings } from '../../shared/prescription/Findings';
import type { CommentCode, Whole } from '../../shared/prescription/prescriptions';
import { StateOf } from '../../shared/prescription/StateOf';
import { PageTitle } from '../../shared/PageTitle';
import { Reader } from '../../shared/record/Reader';
import { usePatient } from '../../shared/record/useRecord';
import { useMe } from '../../shared/session/useMe';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import notes from '../notes/Notes.module.css';
import person from '../person/Person.module.css';
import { PersonPanel } from '../person/PersonPanel';
import prescribe from '../prescribe/Prescribe.module.css';
import { useStep, useWhole } from '../prescribe/usePrescribe';
import { Beside } from './Beside';
import styles from './Review.module.css';
import { Deadline } from './ReviewPage';
import { nextAfter, useReviewQueue } from './useReview';

/** One prescription before the pharmacist: what was written, what was found, what the record says; and the decision. */
export function ReviewDesk() {
  const { t } = useTranslation('prescription');
  const { task = '' } = useParams();
  const { data: me } = useMe();
  const { data, error, refetch } = useWhole(task);
  const mine = data?.prescription.state === 'taken' && data.prescription.owner === me?.fhirUser;
  const content = (
    <div className={person.centre}>
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={12} /> : null}
      {data ? <Desk key={task} whole={data} mine={mine} /> : null}
    </div>
  );
  const patient = data?.prescription.patient;
  return (
    <>
      <PageTitle page={t('queue.title')} />
      {mine && patient ? <Opened patient={patient}>{content}</Opened> : <div className={person.frame}>{content}{data ? <aside className={person.panel}>{t('desk.closed')}</aside> : null}</div>}
    </>
  );
}

function Opened({ patient, children }: { patient: string; children: React.ReactNode }) {
  const { data } = usePatient(patient);
  return (
    <Reader person={data && personName(data)}>
      <div className={person.frame}>
        {children}
        <div className={styles.side}>
          <PersonPanel id={patient} />
          <Beside patient={patient} />
        </div>
      </div>
    </Reader>
  );
}

type Choice = 'pass' | 'return' | 'refuse';
const CHOICES: readonly { choice: Choice; key: string }[] = [
  { choice: 'pass', key: 'g' },
  { choice: 'return', key: 'b' },
  { choice: 'refuse', key: 'x' },
];

function Desk({ whole: { prescription, requests, findings }, mine }: { whole: Whole; mine: boolean }) {
  const { t } = useTranslation(['prescription', 'record']);
  const go = useNavigate();
  const queue = useReviewQueue();
  const next = nextAfter(queue.data?.all, prescription.task);
  const onward = () => void go(next ? `/review/${next}` : '/lists/review');
  const step = useStep(prescription.task, (said) => said.step !== 'take' && onward());
  const [choice, setChoice] = useState<Choice>();
  const [code, setCode] = useState<CommentCode | ''>('');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<'choose' | 'reason'>();
  const take = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const words = useRef<HTMLTextAreaElement>(null);
  const waiting = prescription.open.includes('take');
  // What is over is not passed any more.
  const choices = CHOICES.filter(({ choice: which }) => !prescription.over || which !== 'pass');

  useEffect(() => {
    (waiting ? take.current : mine ? first.current : undefined)?.focus();
  }, [waiting, mine]);

  const choose = (which: Choice) => {
    setChoice(which);
    setProblem(undefined);
    if (which !== 'pass') setTimeout(() => words.current?.focus());
  };
  const decide = () => {
    if (!mine || step.isPending) return;
    if (!choice) return setProblem('choose');
    const why = reason.trim();
    if (choice !== 'pass' && [...why].length < 4) {
      setProblem('reason');
      return words.current?.focus();
    }
    setProblem(undefined);
    step.mutate({ step: choice, ...(choice === 'pass' ? {} : { reason: why, ...(code ? { code } : {}) }) });
  };
  useShortcuts([
    ...(waiting ? [{ key: 't', label: t('desk.take'), run: () => step.mutate({ step: 'take' }) }] : []),
    ...(mine ? choices.map(({ choice: which, key }) => ({ key, label: t(`desk.${which}`), run: () => choose(which) })) : []),
    ...(mine ? [{ key: 'Ctrl+Enter', label: t('desk.decide'), run: decide }] : []),
    { key: 'n', label: t('desk.next'), run: onward },
  ]);
  const nameOf = (item: string) => conceptText(requests.find(({ id }) => item === `MedicationRequest/${id ?? ''}`)?.medicationCodeableConcept);

  return (
    <div className={prescribe.form}>
      <header className={prescribe.head}>
        <h1>
          {t('own.number', { number: prescription.number })} <StateOf state={prescription.state} />
        </h1>
        <span>
          {waiting || mine || prescription.over ? <Deadline of={prescription} now={queue.dataUpdatedAt || Date.now()} /> : null} <Link to="/lists/review">{t('desk.back')}</Link>
        </span>
      </header>
      <section className="card">
        <Drugs requests={requests} />
      </section>
      <section className={`card ${prescribe.part}`} aria-labelledby="findings">
        <h2 id="findings">{t('findings.title')}</h2>
        <Findings findings={findings} nameOf={nameOf} />
      </section>
      {waiting ? (
        <div className={prescribe.foot}>
          <Button ref={take} type="primary" loading={step.isPending} onClick={() => step.mutate({ step: 'take' })}>
            {t('desk.take')}
          </Button>
          <kbd className={keys['key']}>T</kbd>
          <span className="muted small">{t('desk.takeHint')}</span>
        </div>
      ) : null}
      {mine ? (
        <form
          className={`card ${prescribe.part}`}
          noValidate
          aria-label={t('desk.decision')}
          onSubmit={(event) => {
            event.preventDefault();
            decide();
          }}
        >
          <div role="radiogroup" aria-label={t('desk.decision')} aria-describedby="decision-problem" className={styles.choices}>
            {choices.map(({ choice: which, key }, index) => (
              <label key={which} data-choice={which}>
                <input ref={index === 0 ? first : undefined} type="radio" name="decision" checked={choice === which} onChange={() => choose(which)} />
                {t(`desk.${which}`)} <kbd className={keys['key']}>{key.toUpperCase()}</kbd>
              </label>
            ))}
          </div>
          {choice === 'return' || choice === 'refuse' ? (
            <>
              <label className={prescribe.label} htmlFor="decision-reason">
                {t('desk.reason')}
              </label>
              <textarea id="decision-reason" ref={words} className={notes.field} rows={2} maxLength={500} value={reason} aria-invalid={problem === 'reason'} aria-describedby="decision-problem" onChange={(event) => setReason(event.target.value)} />
              <label className={prescribe.label} htmlFor="decision-code">
                {t('desk.code')}
              </label>
              <select id="decision-code" className={notes.field} value={code} onChange={(event) => setCode(event.target.value as CommentCode | '')}>
                <option value="">{t('desk.codeNone')}</option>
                {COMMENT_CODES.map((one) => (
                  <option key={one} value={one}>
                    {one} {t(`code.${one}`)}
                  </option>
                ))}
              </select>
            </>
          ) : null}
          <p id="decision-problem" role="alert" className={prescribe.problem}>
            {problem ? t(`desk.${problem}Missing`) : ''}
          </p>
          <div className={prescribe.foot}>
            <Button type="primary" htmlType="submit" loading={step.isPending}>
              {t('desk.decide')}
            </Button>
            <kbd className={keys['key']}>Ctrl+Enter</kbd>
            <Button onClick={() => step.mutate({ step: 'give-back' })}>{t('desk.giveBack')}</Button>
          </div>
        </form>
      ) : null}
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      {!waiting && !mine ? (
        <div className={prescribe.foot}>
          <Button onClick={onward}>{t(next ? 'desk.next' : 'desk.back')}</Button>
          <kbd className={keys['key']}>N</kbd>
        </div>
      ) : null}
    </div>
  );
}
