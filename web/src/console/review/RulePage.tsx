import '../../shared/prescription/texts';
import { Alert, Button } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { COMMENT_CODES } from '../../shared/prescription/codes';
import { StatusTag } from '../../shared/StatusTag';
import { runsPlatform, useRole } from '../useRole';
import { Head } from './Head';
import styles from './Review.module.css';
import { RULE_TONES } from './RulesPage';
import { numbersOf, parsed, withNumber, withText, written, type Spec } from './spec';
import { useDraft, useRules, useRuleStep, useTrial, type Rule, type RuleStep } from './useRules';

/** One version of a rule: its thresholds and sentences as fields, its whole JSON, its cases, the dry run, and who decides. */
export function RulePage() {
  const { t } = useTranslation('prescription');
  const { rule: id = '', version = '' } = useParams();
  const { data, error, refetch } = useRules();
  const rule = data?.find((one) => one.rule === id && String(one.version) === version);
  return (
    <div className={styles.page}>
      <PageTitle page={rule?.title || t('rules.title')} />
      <Head title={rule?.off ? t('rules.off') : (rule?.title ?? t('rules.title'))} />
      <p>
        <Link to="/review">{t('rules.back')}</Link>
      </p>
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={10} /> : null}
      {data && !rule ? <NothingHere title={t('rules.none')} /> : null}
      {rule ? <One key={`${id} ${version}`} rule={rule} /> : null}
    </div>
  );
}

function One({ rule }: { rule: Rule }) {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const runs = runsPlatform(useRole());
  const [text, setText] = useState(() => JSON.stringify(JSON.parse(rule.spec), null, 2));
  const spec = parsed(text);
  return (
    <>
      <p>
        <StatusTag tone={RULE_TONES[rule.state]}>{t(`rules.states.${rule.state}`)}</StatusTag> {rule.rule} · {t('rules.version', { version: rule.version })}
        {rule.shipped ? ` · ${t('rules.shipped')}` : ''}{' '}
        <span className="muted small">
          {[rule.made ? t('rules.made', { when: formatMoment(rule.made, language), by: rule.madeBy ?? '' }) : undefined, rule.decided ? t('rules.decided', { when: formatMoment(rule.decided, language), by: rule.decidedBy ?? '', reason: rule.reason ?? '' }) : undefined]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </p>
      <div className={styles.columns}>
        <div className={styles.page}>
          {rule.off ? null : (
            <section className={`card ${styles.part}`}>
              {spec ? <Fields spec={spec} locked={!runs} onChange={(next) => setText(written(next))} /> : <Alert type="error" showIcon title={t('rules.jsonWrong')} />}
              <Whole text={text} locked={!runs} onChange={setText} />
            </section>
          )}
          {runs ? <Keep rule={rule} text={text} /> : null}
        </div>
        <div className={styles.page}>
          {runs && !rule.off ? <DryRun rule={rule} text={text} /> : null}
          {runs && !rule.shipped && rule.state !== 'retired' ? <Steps rule={rule} /> : null}
          {spec && !rule.off ? <Cases spec={spec} /> : null}
        </div>
      </div>
    </>
  );
}

function Fields({ spec, locked, onChange }: { spec: Spec; locked: boolean; onChange: (spec: Spec) => void }) {
  const { t } = useTranslation('prescription');
  const id = useId();
  const numbers = numbersOf(spec);
  const words = (member: 'title' | 'says' | 'source', label: string) => (
    <fieldset className={styles.words}>
      <legend>{label}</legend>
      {(['zh', 'en'] as const).map((language) => (
        <label key={language}>
          <span className="muted small">{t(`rules.${language}`)}</span>
          <textarea rows={2} maxLength={300} disabled={locked} value={spec[member]?.[language] ?? ''} onChange={(event) => onChange(withText(spec, member, language, event.target.value))} />
        </label>
      ))}
    </fieldset>
  );
  return (
    <div className={styles.part}>
      <p className="muted">
        {t('rules.kind')}: {spec.kind}
      </p>
      <div className={styles.filters}>
        <label>
          {t('rules.severity')}
          <select disabled={locked} value={spec.severity ?? ''} onChange={(event) => onChange({ ...spec, severity: event.target.value })}>
            {(['forbid', 'block', 'warn', 'info'] as const).map((one) => (
              <option key={one} value={one}>
                {t(`severity.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('rules.code')}
          <select disabled={locked} value={spec.code ?? ''} onChange={(event) => onChange({ ...spec, code: event.target.value })}>
            {COMMENT_CODES.map((one) => (
              <option key={one} value={one}>
                {one} {t(`code.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {numbers.length > 0 ? (
        <fieldset className={styles.words}>
          <legend>{t('rules.values')}</legend>
          {numbers.map(([name, value]) => (
            <label key={name} htmlFor={`${id}-${name}`}>
              <span className="muted small">{name}</span>
              <input id={`${id}-${name}`} type="number" min={0} disabled={locked} value={value} onChange={(event) => onChange(withNumber(spec, name, Number(event.target.value)))} />
            </label>
          ))}
        </fieldset>
      ) : null}
      {words('title', t('rules.name'))}
      {words('says', t('rules.sentence'))}
      {words('source', t('rules.source'))}
    </div>
  );
}

function Whole({ text, locked, onChange }: { text: string; locked: boolean; onChange: (text: string) => void }) {
  const { t } = useTranslation('prescription');
  return (
    <details>
      <summary>{t('rules.json')}</summary>
      <textarea className={styles.json} aria-label={t('rules.json')} rows={20} spellCheck={false} readOnly={locked} value={text} onChange={(event) => onChange(event.target.value)} />
    </details>
  );
}

function Cases({ spec }: { spec: Spec }) {
  const { t } = useTranslation('prescription');
  return (
    <section className={`card ${styles.part}`} aria-labelledby="cases">
      <h2 id="cases">{t('rules.cases')}</h2>
      <p className="muted small">{t('rules.casesHint')}</p>
      <ol className={styles.cases}>
        {(spec.cases ?? []).map(({ fires, ...facts }, index) => (
          <li key={index}>
            <StatusTag tone={fires ? 'warning' : 'plain'}>{t(fires ? 'rules.fires' : 'rules.silent')}</StatusTag>
            <code>{JSON.stringify(facts)}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What was changed is kept as a draft of its own; what is in force stays so. */
function Keep({ rule, text }: { rule: Rule; text: string }) {
  const { t } = useTranslation('prescription');
  const go = useNavigate();
  const draft = useDraft();
  const changed = parsed(text) !== undefined && written(parsed(text) ?? {}) !== written(parsed(rule.spec) ?? {});
  const keep = (spec: string) => draft.mutate(spec, { onSuccess: (kept) => kept && void go(`/review/rules/${kept.rule}/${kept.version}`) });
  return (
    <section className={styles.filters}>
      {rule.off ? null : (
        <Button type="primary" disabled={!changed} loading={draft.isPending} onClick={() => keep(text)}>
          {t('rules.save')}
        </Button>
      )}
      {rule.shipped && rule.state === 'live' ? (
        <Button loading={draft.isPending} onClick={() => keep(JSON.stringify({ rule: rule.rule, off: true }))}>
          {t('rules.switchOff')}
        </Button>
      ) : null}
      {draft.error ? <LoadFailed error={draft.error} compact /> : null}
    </section>
  );
}

function DryRun({ rule, text }: { rule: Rule; text: string }) {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const trial = useTrial();
  const [since, setSince] = useState('');
  const [most, setMost] = useState('500');
  // A version of one's own as it was kept, so that its counts are kept with it; anything else as it is written.
  const kept = !rule.shipped && written(parsed(text) ?? {}) === written(parsed(rule.spec) ?? {});
  return (
    <section className={`card ${styles.part}`} aria-labelledby="dry-run">
      <h2 id="dry-run">{t('rules.dryRun')}</h2>
      <p className="muted small">{t('rules.dryRunHint')}</p>
      <form
        className={styles.filters}
        onSubmit={(event) => {
          event.preventDefault();
          trial.mutate({ ...(kept ? { rule: rule.rule, version: rule.version } : { spec: text }), since, most });
        }}
      >
        <label>
          {t('rules.since')}
          <input type="date" value={since} onChange={(event) => setSince(event.target.value)} />
        </label>
        <label>
          {t('rules.most')}
          <input type="number" min={1} max={5000} value={most} onChange={(event) => setMost(event.target.value)} />
        </label>
        <Button htmlType="submit" loading={trial.isPending}>
          {t('rules.run')}
        </Button>
      </form>
      <p role="status">
        {trial.data ? t('rules.found', trial.data) : rule.tried ? t('rules.triedAt', { when: formatMoment(rule.tried.at, language), prescriptions: rule.tried.prescriptions, fired: rule.tried.fired }) : rule.shipped ? '' : t('rules.notTried')}
      </p>
      {trial.error ? <LoadFailed error={trial.error} compact /> : null}
    </section>
  );
}

const OPEN: Record<string, readonly RuleStep[]> = { draft: ['try', 'go-live', 'retire'], trial: ['go-live', 'retire'], live: ['retire'] };

function Steps({ rule }: { rule: Rule }) {
  const { t } = useTranslation('prescription');
  const step = useRuleStep(rule);
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const take = (which: RuleStep) => {
    const words = reason.trim();
    setShort([...words].length < 4);
    if ([...words].length >= 4) step.mutate({ step: which, reason: words }, { onSuccess: () => setReason('') });
  };
  return (
    <section className={`card ${styles.part}`} aria-labelledby="steps">
      <h2 id="steps">{t('rules.steps')}</h2>
      <p className="muted small">
        {t('rules.fourEyes')} {t('rules.stateHint')}
      </p>
      <label htmlFor="step-reason">{t('rules.reason')}</label>
      <textarea id="step-reason" rows={2} maxLength={500} value={reason} aria-invalid={short} aria-describedby="step-problem" onChange={(event) => setReason(event.target.value)} />
      <p id="step-problem" role="alert" className={styles.problem}>
        {short ? t('rules.reasonShort') : ''}
      </p>
      <div className={styles.filters}>
        {(OPEN[rule.state] ?? []).map((which) => (
          <Button key={which} danger={which === 'retire'} {...(which === 'go-live' ? { type: 'primary' as const } : {})} loading={step.isPending} onClick={() => take(which)}>
            {t(`rules.step.${which}`)}
          </Button>
        ))}
      </div>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </section>
  );
}
