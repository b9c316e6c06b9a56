import { Button, Input } from 'antd';
import { useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import { LEAST, Reason } from '../emergencies/Case';
import styles from '../emergencies/Emergencies.module.css';
import { applicationOf, jsonOf } from './application';
import { ApplicationForm } from './ApplicationForm';
import own from './Onboarding.module.css';
import { StateTag } from './OnboardingPage';
import { useStep, type Line, type StepName, type Whole } from './useOnboarding';

/** One institution: where it stands, what is proved, who did what, and the steps that the reader may take. */
export function OnboardingCard({ one }: { one: Whole }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const proved = one.lines.filter((line) => line.proved).length;
  return (
    <section className={`card ${styles.case}`} aria-label={one.name}>
      <div className={styles.itemHead}>
        <h2>{one.name}</h2>
        <StateTag state={one.state} />
      </div>
      {one.may.length > 0 ? <Steps one={one} /> : null}
      <div>
        <h3>{t('onboarding.checks', { proved, count: one.lines.length })}</h3>
        <p className="muted small">{t('onboarding.checksLead')}</p>
        <ul className={own.lines} aria-label={t('onboarding.checkList')}>
          {one.lines.map((line) => (
            <Check key={line.key} line={line} />
          ))}
        </ul>
      </div>
      <div>
        <h3>{t('onboarding.history')}</h3>
        <ol className={own.acts} aria-label={t('onboarding.history')}>
          {one.acts.map((act, number) => (
            // eslint-disable-next-line react/no-array-index-key -- acts are never taken out
            <li key={number}>
              <strong>{t(`onboarding.step.${act.step as 'apply'}`)}</strong>
              <span>{act.reason}</span>
              <span className="muted small">{[formatMoment(act.at, language), t(`shell.role.${act.role as 'operator'}`), t('cases.account', { account: act.by })].join(' · ')}</span>
            </li>
          ))}
        </ol>
      </div>
      <div>
        <h3>{t('onboarding.clients')}</h3>
        <dl className={styles.facts}>
          {one.clients.map((client) => (
            <div key={client.system}>
              <dt>{client.system}</dt>
              <dd>
                <code>{client.sandbox}</code>
                <br />
                <code>{client.live}</code>
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <div>
        <h3>{t('onboarding.application')}</h3>
        <pre className={own.code} tabIndex={0}>
          {pretty(one.application)}
        </pre>
      </div>
    </section>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function Check({ line }: { line: Line }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const proof = [
    formatMoment(line.at, language),
    line.evidence === undefined ? undefined : t('onboarding.evidence', { id: line.evidence }),
    line.mapping,
    line.reason,
    line.findings.length > 0 ? t('onboarding.findings', { count: line.findings.length }) : undefined,
  ];
  return (
    <li className={own.line}>
      <StatusTag tone={line.proved ? 'good' : 'bad'}>{t(line.proved ? 'onboarding.proved' : 'onboarding.open')}</StatusTag>
      <span>{line.text}</span>
      {line.proved ? <span className={`muted ${own.proof}`}>{proof.filter(Boolean).join(' · ')}</span> : null}
    </li>
  );
}

/** A step is chosen, reasoned, and taken. What is typed stays when it is refused. */
function Steps({ one }: { one: Whole }) {
  const { t } = useTranslation('console');
  const step = useStep();
  const id = useId();
  const [chosen, setChosen] = useState<StepName>();
  const [reason, setReason] = useState('');
  const [application, setApplication] = useState(() => applicationOf(one.application));
  const [settings, setSettings] = useState('');
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < LEAST;
  const takesSettings = chosen === 'open-sandbox' || chosen === 'go-live';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (chosen === undefined || short) return;
    step.mutate({ id: one.id, step: chosen, reason: reason.trim(), ...(chosen === 'amend' ? { application: jsonOf(application) } : {}), ...(takesSettings && settings.trim() !== '' ? { settings } : {}) });
  };
  return (
    <form className={styles.form} aria-label={t('onboarding.next')} onSubmit={submit} noValidate autoComplete="off">
      <h3>{t('onboarding.next')}</h3>
      <div className={own.steps}>
        {one.may.map((may) => (
          <Button key={may} aria-pressed={may === chosen} type={may === chosen ? 'primary' : 'default'} danger={may === 'suspend' || may === 'withdraw'} onClick={() => setChosen(may)}>
            {t(`onboarding.step.${may}`)}
          </Button>
        ))}
      </div>
      {chosen === undefined ? null : (
        <>
          <p className="muted small">{t(`onboarding.hint.${chosen}`)}</p>
          {chosen === 'amend' ? (
            <ApplicationForm value={application} onChange={setApplication} />
          ) : null}
          {takesSettings ? (
            <div className={styles.field}>
              <label htmlFor={`${id}-settings`}>{t('onboarding.settings')}</label>
              <Input.TextArea id={`${id}-settings`} value={settings} rows={3} spellCheck={false} placeholder='{"adt": {"port": 2575, "tls": "server"}}' onChange={(event) => setSettings(event.target.value)} />
            </div>
          ) : null}
          <Reason label={t('onboarding.reason')} value={reason} problem={tried && short ? t('cases.tooShort', { least: LEAST }) : undefined} onChange={setReason} />
          {step.error ? <LoadFailed error={step.error} compact /> : null}
          <Button type="primary" htmlType="submit" loading={step.isPending}>
            {t('onboarding.take', { step: t(`onboarding.step.${chosen}`) })}
          </Button>
        </>
      )}
    </form>
  );
}
