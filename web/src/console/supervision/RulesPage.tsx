import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useLanguage } from '../../shared/i18n/i18n';
import { formatCount } from '../../shared/format/numbers';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import styles from '../../shared/supervision/Supervision.module.css';
import '../../shared/supervision/texts';
import { useAct, useRules, type Rule } from '../../shared/supervision/useSupervision';

const TONES = { live: 'good', trial: 'running', draft: 'alert' } as const;

/** Steps that a state allows; who may take them the API decides. */
const STEPS: Record<string, ('try' | 'go-live' | 'retire')[]> = { draft: ['try', 'go-live', 'retire'], trial: ['go-live', 'retire'], live: ['retire'] };

/** 监管规则: what acts are held to; changed by four eyes after a dry run. */
export function RulesPage() {
  const { t } = useTranslation('supervision');
  const rules = useRules();
  const [spec, setSpec] = useState<string>();
  return (
    <div className={styles.page}>
      <PageTitle page={t('rule.title')} />
      <div className={styles.head}>
        <h1>{t('rule.title')}</h1>
        <nav className={styles.links} aria-label={t('more')}>
          <Link to="/supervision">{t('back')}</Link>
          <Link to="/supervision/cases">{t('cases')}</Link>
        </nav>
      </div>
      <p className="muted">{t('rule.lead')}</p>
      {spec === undefined ? null : <Draft first={spec} onDone={() => setSpec(undefined)} />}
      {rules.data === undefined ? (
        <div className="card">{rules.error ? <LoadFailed error={rules.error} onRetry={() => void rules.refetch()} /> : <LoadingLines rows={8} />}</div>
      ) : (
        (['own', 'shipped'] as const).map((whose) => {
          const these = rules.data.filter(({ shipped }) => shipped === (whose === 'shipped'));
          return (
            <section key={whose} className={`card ${styles.card}`} aria-labelledby={whose}>
              <h2 id={whose}>{t(`rule.${whose}`)}</h2>
              {these.length === 0 ? (
                <NothingHere title={t('rule.none')}>{t('rule.noneHint')}</NothingHere>
              ) : (
                <ul className={styles.list}>
                  {these.map((rule) => (
                    <Line key={`${rule.rule}|${rule.version}`} rule={rule} onChange={() => setSpec(JSON.stringify(JSON.parse(rule.spec), null, 2))} />
                  ))}
                </ul>
              )}
            </section>
          );
        })
      )}
    </div>
  );
}

/** A sentence with the parameters that the rule has; what the act gives is left open. */
const filled = (says: string, by: Record<string, unknown> | undefined): string => says.replace(/\{(\w+)\}/g, (_, name: string) => (by?.[name] === undefined ? '…' : String(by[name])));

function Line({ rule, onChange }: { rule: Rule; onChange: () => void }) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const [reason, setReason] = useState('');
  const step = useAct('$supervision-rule-step');
  const tryOut = useAct('$supervision-rule-try');
  const spec = JSON.parse(rule.spec) as { from?: string; until?: string; cases?: unknown[]; with?: Record<string, unknown> };
  const steps = rule.shipped ? [] : (STEPS[rule.state] ?? []);
  const named = { rule: rule.rule, version: String(rule.version) };
  const refused = step.error ?? tryOut.error;
  return (
    <li>
      <div className={styles.row}>
        <span className={styles.tags}>
          <strong>{rule.title}</strong>
          <StatusTag tone={TONES[rule.state as 'live'] ?? 'plain'}>{t(`rule.state.${rule.state as 'live'}`, { defaultValue: rule.state })}</StatusTag>
          <span className="muted small">
            {[t(rule.blocks ? 'rule.blocks' : 'rule.warns'), t('rule.points', { points: rule.points }), spec.from ? t('rule.from', { from: spec.from }) : '', spec.until ? t('rule.until', { until: spec.until }) : '', t('rule.cases', { count: spec.cases?.length ?? 0 })].filter(Boolean).join(' · ')}
          </span>
        </span>
        <Button size="small" onClick={onChange}>
          {t('rule.change')}
        </Button>
      </div>
      <p>{filled(rule.says, spec.with)}</p>
      {spec.with && Object.keys(spec.with).length > 0 ? <code className={styles.mono}>{JSON.stringify(spec.with)}</code> : null}
      <p className="muted small">{rule.source}</p>
      {rule.tried ? <p className="muted small">{t('rule.tried', { acts: formatCount(rule.tried.acts, language), fired: formatCount(rule.tried.fired, language) })}</p> : null}
      {steps.length === 0 ? null : (
        <form className={styles.form} onSubmit={(event) => event.preventDefault()} noValidate>
          <Input aria-label={t('rule.reason')} placeholder={t('rule.reason')} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
          {refused ? <LoadFailed error={refused} compact /> : null}
          <div className={styles.actions}>
            {rule.state === 'draft' || rule.state === 'trial' ? (
              <Button size="small" loading={tryOut.isPending} onClick={() => tryOut.mutate(named)}>
                {t('rule.try')}
              </Button>
            ) : null}
            {steps.map((one) => (
              <Button key={one} size="small" disabled={reason.trim().length < 2} loading={step.isPending} onClick={() => step.mutate({ ...named, step: one, reason: reason.trim() })}>
                {t(`rule.steps.${one}`)}
              </Button>
            ))}
          </div>
        </form>
      )}
    </li>
  );
}

/** What is typed stays when it is refused. */
function Draft({ first, onDone }: { first: string; onDone: () => void }) {
  const { t } = useTranslation('supervision');
  const [spec, setSpec] = useState(first);
  const draft = useAct('$supervision-rule');
  return (
    <form
      className={`card ${styles.form}`}
      aria-label={t('rule.draftTitle')}
      onSubmit={(event) => {
        event.preventDefault();
        draft.mutate({ spec }, { onSuccess: onDone });
      }}
      noValidate
    >
      <label>
        {t('rule.draftTitle')}
        <Input.TextArea className={styles.mono} value={spec} rows={16} spellCheck={false} autoFocus onChange={(event) => setSpec(event.target.value)} />
      </label>
      {draft.error ? <LoadFailed error={draft.error} compact /> : null}
      <div className={styles.actions}>
        <Button type="primary" htmlType="submit" loading={draft.isPending}>
          {t('rule.save')}
        </Button>
        <Button onClick={onDone}>{t('rule.cancel')}</Button>
      </div>
    </form>
  );
}
