import '../../shared/prescription/texts';
import { Alert, Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { Drugs } from '../../shared/prescription/Drugs';
import { Findings } from '../../shared/prescription/Findings';
import type { Whole } from '../../shared/prescription/prescriptions';
import { StateOf } from '../../shared/prescription/StateOf';
import { conceptText } from '../../shared/fhir/words';
import lists from '../Lists.module.css';
import notes from '../notes/Notes.module.css';
import { useDesk } from '../visit/useDesk';
import { takeBack } from './drafts';
import styles from './Prescribe.module.css';
import { useStep, useWhole } from './usePrescribe';

const OVERRIDES = ['benefit-outweighs', 'tolerated-before', 'monitored', 'specialist-advice', 'record-wrong', 'other'] as const;

/** One of the doctor's own: where it stands, what was found, and what the doctor may do about it. */
export function PrescriptionPage() {
  const { t } = useTranslation('prescription');
  const { task = '' } = useParams();
  const { state } = useLocation() as { state: { earlier?: boolean } | null };
  const { data, error, refetch } = useWhole(task);
  return (
    <div className={lists.page}>
      <PageTitle page={t('drugs.title')} />
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={12} /> : null}
      {state?.earlier ? <Alert type="info" showIcon title={t('own.earlier')} /> : null}
      {data ? <Own key={data.prescription.state} whole={data} /> : null}
    </div>
  );
}

function Own({ whole: { prescription, requests, findings } }: { whole: Whole }) {
  const { t } = useTranslation(['prescription', 'record']);
  const language = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  const { state, reason, open } = prescription;
  // Written in the midst of a visit on line: that goes on.
  const visit = useDesk().data?.find(({ id }) => id === prescription.encounter);
  useEffect(() => heading.current?.focus(), []);
  const nameOf = (item: string) => conceptText(requests.find(({ id }) => item === `MedicationRequest/${id ?? ''}`)?.medicationCodeableConcept);
  return (
    <>
      <header className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {t('own.number', { number: prescription.number })} <StateOf state={state} />
        </h1>
        <span className={styles.links}>
          {visit ? <Link to={`/online/${visit.id}`}>{t('own.visit')}</Link> : null}
          <Link to={`/persons/${prescription.patient ?? ''}`}>{t('own.record')}</Link>
        </span>
      </header>
      <p className="muted">{t('own.submitted', { when: formatMoment(prescription.authored, language) })}</p>
      {reason && (state === 'returned' || state === 'refused') ? <Alert type="error" showIcon title={t('own.reason', { reason })} description={prescription.code ? `${prescription.code} ${t(`code.${prescription.code}`)}` : undefined} /> : null}
      <section className="card">
        <Drugs requests={requests} />
      </section>
      <section className={`card ${styles.part}`} aria-labelledby="findings">
        <h2 id="findings">{t('findings.title')}</h2>
        <Findings findings={findings} nameOf={nameOf} />
      </section>
      {open.length > 0 ? <Steps whole={{ prescription, requests, findings }} /> : null}
    </>
  );
}

function Steps({ whole: { prescription } }: { whole: Whole }) {
  const { t } = useTranslation('prescription');
  const go = useNavigate();
  const { state, open, task, patient, forbidden } = prescription;
  const mends = state === 'held' || state === 'returned';
  const step = useStep(task, (said) => {
    if (said.step !== 'withdraw' || !mends) return;
    takeBack(task);
    void go(`/persons/${patient ?? ''}/prescribe`);
  });
  const [why, setWhy] = useState('');
  const [code, setCode] = useState('');
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<'why' | 'code' | 'words'>();
  const short = (text: string) => [...text.trim()].length < 4;

  const withdraw = () => {
    // What is mended at once says so by itself.
    const reason = why.trim() || (mends ? t('own.withdrawSaid') : '');
    if (short(reason)) return setProblem('why');
    setProblem(undefined);
    step.mutate({ step: 'withdraw', reason });
  };
  const override = () => {
    if (code === '') return setProblem('code');
    if (short(words)) return setProblem('words');
    setProblem(undefined);
    step.mutate({ step: 'override', reason: words.trim(), code });
  };

  return (
    <section className={`card ${styles.part}`}>
      {mends ? <p>{t(forbidden ? 'own.forbidden' : state === 'held' ? 'own.held' : 'own.returned')}</p> : null}
      <div className={styles.steps}>
        {open.includes('withdraw') ? (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              withdraw();
            }}
          >
            <label className={styles.label} htmlFor="withdraw">
              {t('own.withdrawReason')}
            </label>
            <textarea id="withdraw" className={notes.field} rows={2} maxLength={500} value={why} placeholder={mends ? t('own.withdrawSaid') : undefined} aria-invalid={problem === 'why'} aria-describedby="withdraw-problem" onChange={(event) => setWhy(event.target.value)} />
            <p id="withdraw-problem" role="alert" className={styles.problem}>
              {problem === 'why' ? t('own.reasonShort') : ''}
            </p>
            <Button htmlType="submit" type={mends ? 'primary' : 'default'} loading={step.isPending}>
              {t(mends ? 'own.withdraw' : 'own.withdrawOnly')}
            </Button>
          </form>
        ) : null}
        {open.includes('override') ? (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              override();
            }}
          >
            <label className={styles.label} htmlFor="override-code">
              {t('own.overrideCode')}
            </label>
            <select id="override-code" className={notes.field} value={code} aria-invalid={problem === 'code'} aria-describedby="override-problem" onChange={(event) => setCode(event.target.value)}>
              <option value="">{t('write.choose')}</option>
              {OVERRIDES.map((one) => (
                <option key={one} value={one}>
                  {t(`overrideCode.${one}`)}
                </option>
              ))}
            </select>
            <label className={styles.label} htmlFor="override">
              {t('own.overrideReason')}
            </label>
            <textarea id="override" className={notes.field} rows={2} maxLength={500} value={words} aria-invalid={problem === 'words'} aria-describedby="override-problem" onChange={(event) => setWords(event.target.value)} />
            <p id="override-problem" role="alert" className={styles.problem}>
              {problem === 'code' ? t('own.codeMissing') : problem === 'words' ? t('own.reasonShort') : ''}
            </p>
            <Button htmlType="submit" danger loading={step.isPending}>
              {t('own.override')}
            </Button>
          </form>
        ) : null}
      </div>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </section>
  );
}
