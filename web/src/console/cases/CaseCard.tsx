import { Button, Radio } from 'antd';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed } from '../../shared/faces/Faces';
import { idOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { Evidence, LEAST, Reason } from '../emergencies/Case';
import styles from '../emergencies/Emergencies.module.css';
import { CaseTag } from './CasesPage';
import { isOver, useOpened, useStep, type RegulatoryCase } from './useCases';

/** One case: what was asked for and why, what it opens, what was looked at; and the step that the reader may take. */
export function CaseCard({ one, own, account }: { one: RegulatoryCase; own: boolean; account: string | undefined }) {
  const { t } = useTranslation(['console', 'record']);
  const language = useLanguage();
  const codeName = useCodeName();
  const over = isOver(one, Date.now());
  const who = (of: string) => (of === account ? t('cases.you') : t('cases.account', { account: of }));
  const facts: [string, ReactNode][] = [
    [t('cases.document'), one.document],
    [t('cases.ground'), codeName('caseGround', one.ground)],
    [t('cases.reason'), one.reason],
    [t('cases.pseudonym'), <code key="pseudonym">{one.pseudonym}</code>],
    [t('cases.opens'), one.categories.length === 0 ? t('cases.opensPlain') : t('cases.opensAlso', { categories: one.categories.map((code) => codeName('sensitive', code)).join(t('record:record.listComma')) })],
    [t('cases.hours'), t('cases.hourCount', { count: one.hours ?? 0 })],
    [t('cases.asker'), `${who(one.asker)} · ${formatMoment(one.asked, language)}`],
    ...(one.decider === undefined ? [] : [[t('cases.decider'), who(one.decider)] as [string, ReactNode]]),
    ...(one.decided === undefined ? [] : [[t('cases.decided'), one.decided] as [string, ReactNode]]),
    ...(one.start === undefined ? [] : [[t('cases.open'), `${formatMoment(one.start, language)} – ${formatMoment(one.end, language)}`] as [string, ReactNode]]),
    ...(one.closing === undefined ? [] : [[t('cases.closing'), `${one.closing} · ${formatMoment(one.closed, language)}`] as [string, ReactNode]]),
  ];
  return (
    <section id="case" className={`card ${styles.case}`} aria-label={t('cases.case')}>
      <div className={styles.itemHead}>
        <h2>{t('cases.case')}</h2>
        <CaseTag one={one} />
      </div>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {one.patient !== undefined && !over ? (
        <p>
          <Link to={`/residents/${encodeURIComponent(idOf(one.patient) ?? '')}`}>{t('cases.toRecord')}</Link>
        </p>
      ) : null}
      {one.start === undefined ? null : <Opened one={one} />}
      {one.state === 'requested' ? own ? <p className="muted">{t('cases.waits')}</p> : <Decide id={one.id} /> : null}
      {one.state === 'approved' || (one.state === 'requested' && own) ? <Close id={one.id} withdraws={one.state === 'requested'} /> : null}
    </section>
  );
}

function Opened({ one }: { one: RegulatoryCase }) {
  const { t } = useTranslation('console');
  return (
    <div>
      <Evidence title={t('cases.evidence')} evidence={useOpened(one)} long />
      {one.patient === undefined ? <p className="muted small">{t('cases.evidenceOfAll')}</p> : null}
    </div>
  );
}

function Decide({ id }: { id: string }) {
  const { t } = useTranslation('console');
  const step = useStep();
  const [decision, setDecision] = useState<'approve' | 'refuse'>();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const short = note.trim().length < LEAST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (decision !== undefined && !short) step.mutate({ id, step: 'approve-case', decision, note: note.trim() });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <h3>{t('cases.decide')}</h3>
      <p className="muted small">{t('cases.decideHint')}</p>
      <Radio.Group aria-label={t('cases.decide')} value={decision} onChange={(event) => setDecision(event.target.value as 'approve' | 'refuse')}>
        <Radio value="approve">{t('cases.decision.approve')}</Radio>
        <Radio value="refuse">{t('cases.decision.refuse')}</Radio>
      </Radio.Group>
      {tried && decision === undefined ? (
        <p role="alert" className={styles.problem}>
          {t('cases.chooseDecision')}
        </p>
      ) : null}
      <Reason label={t('cases.decisionNote')} value={note} problem={tried && short ? t('cases.tooShort', { least: LEAST }) : undefined} onChange={setNote} />
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <Button type="primary" htmlType="submit" loading={step.isPending}>
        {t('cases.submitDecision')}
      </Button>
    </form>
  );
}

/** Ends a case, or takes back what was only asked for. */
function Close({ id, withdraws }: { id: string; withdraws: boolean }) {
  const { t } = useTranslation('console');
  const step = useStep();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const short = note.trim().length < LEAST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!short) step.mutate({ id, step: 'close-case', note: note.trim() });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <h3>{t(withdraws ? 'cases.withdraw' : 'cases.close')}</h3>
      <p className="muted small">{t(withdraws ? 'cases.withdrawHint' : 'cases.closeHint')}</p>
      <Reason label={t(withdraws ? 'cases.withdrawNote' : 'cases.closeNote')} value={note} problem={tried && short ? t('cases.tooShort', { least: LEAST }) : undefined} onChange={setNote} />
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <Button htmlType="submit" loading={step.isPending}>
        {t(withdraws ? 'cases.withdraw' : 'cases.close')}
      </Button>
    </form>
  );
}
