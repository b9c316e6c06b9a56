import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import type { Parameters } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { operate } from '../../shared/fhir/client';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { runsPlatform, useRole } from '../useRole';
import { Filter } from './QualityPage';
import styles from './Quality.module.css';
import { DIMENSIONS, trialOf, useRules, useRuns, type Rule, type Trial } from './useQuality';

/** What a new rule looks like; a form to fill in. */
const TEMPLATE = JSON.stringify(
  {
    rule: 'observation-device',
    dataset: 'Observation',
    dimension: 'completeness',
    severity: 'warning',
    title: { zh: '', en: '' },
    advice: { zh: '', en: '' },
    when: "category.coding.code = 'vital-signs'",
    expression: 'device.exists()',
    at: 'Observation.device',
    source: 'from general knowledge',
  },
  null,
  2,
);

/** 规则: what records are held to, and for operators: trying, putting in force, taking out, looking at everything. */
export function RulesPage() {
  const { t } = useTranslation('console');
  const role = useRole();
  const runs = runsPlatform(role);
  return (
    <div className={styles.page}>
      <PageTitle page={t('rules.title')} />
      <div className={styles.head}>
        <h1>{t('rules.title')}</h1>
        <nav className={styles.links} aria-label={t('quality.more')}>
          <Link to="/quality">{t('quality.title')}</Link>
        </nav>
      </div>
      {runs ? (
        <div className={styles.columns}>
          <NewRule />
          <Runs />
        </div>
      ) : null}
      <RuleList runs={runs} />
    </div>
  );
}

function RuleList({ runs }: { runs: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const typeName = useTypeName();
  const rules = useRules();
  const [query, setQuery] = useSearchParams();
  const dataset = query.get('dataset') ?? '';
  const dimension = query.get('dimension') ?? '';
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    setQuery(next, { preventScrollReset: true });
  };
  const datasets = [...new Set(rules.data?.map((rule) => rule.dataset))];
  const shown = rules.data?.filter((rule) => (!dataset || rule.dataset === dataset) && (!dimension || rule.dimension === dimension));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="rules">
      <h2 id="rules">{shown ? t('rules.list', { number: formatCount(shown.length, language) }) : t('rules.title')}</h2>
      <div className={styles.filters}>
        <Filter label={t('quality.dataset')} value={dataset} options={[{ value: '', label: t('quality.allDatasets') }, ...datasets.map((one) => ({ value: one, label: typeName(one) }))]} onChange={(value) => set('dataset', value)} />
        <Filter label={t('quality.dimension')} value={dimension} options={[{ value: '', label: t('quality.allDimensions') }, ...DIMENSIONS.map((one) => ({ value: one, label: t(`quality.dimensions.${one}`) }))]} onChange={(value) => set('dimension', value)} />
      </div>
      {!shown ? (
        rules.error ? (
          <LoadFailed error={rules.error} onRetry={() => void rules.refetch()} />
        ) : (
          <LoadingLines rows={8} />
        )
      ) : shown.length === 0 ? (
        <NothingHere title={t('rules.none')} />
      ) : (
        <ul className={styles.findings}>
          {shown.map((rule) => (
            <Line key={`${rule.rule} ${rule.version}`} rule={rule} runs={runs} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ rule, runs }: { rule: Rule; runs: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const typeName = useTypeName();
  const client = useQueryClient();
  const [shown, setShown] = useState(false);
  const [sure, setSure] = useState(false);
  const renew = () => client.invalidateQueries({ queryKey: ['quality'] });
  const attempt = useMutation({ mutationFn: async () => trialOf(await operate<Parameters>('$quality-try', { rule: rule.rule, ...(rule.shipped ? {} : { version: rule.version }) })) });
  const activate = useMutation({ mutationFn: (confirm: boolean) => operate<Parameters>('$quality-rule-step', { step: 'activate', rule: rule.rule, version: rule.version, ...(confirm ? { confirm: 'true' } : {}) }), onSuccess: renew });
  const retire = useMutation({ mutationFn: () => operate<Parameters>('$quality-rule-step', { step: 'retire', rule: rule.rule }), onSuccess: renew });
  const isDraft = rule.state === 'draft';
  return (
    <li>
      <div className={styles.lineHead}>
        <strong>{rule.title}</strong>
        <StatusTag tone={isDraft ? 'warning' : 'good'}>{t(`rules.states.${isDraft ? 'draft' : 'active'}`)}</StatusTag>
      </div>
      <p className="muted">
        {[typeName(rule.dataset), t(`quality.dimensions.${rule.dimension as 'validity'}`), t(`quality.severities.${rule.severity as 'error'}`), t('rules.version', { rule: rule.rule, version: formatCount(rule.version, language) })].join(' · ')}
      </p>
      <span className={styles.filters}>
        <Button size="small" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? t('findings.close') : t('findings.look')}
        </Button>
        {runs ? (
          <Button size="small" loading={attempt.isPending} onClick={() => attempt.mutate()}>
            {t('rules.try')}
          </Button>
        ) : null}
        {runs && isDraft ? (
          <Button size="small" loading={activate.isPending} onClick={() => activate.mutate(activate.error !== null)}>
            {activate.error ? t('rules.activateAnyway') : t('rules.activate')}
          </Button>
        ) : null}
        {runs && !isDraft ? (
          <Button size="small" loading={retire.isPending} onClick={() => (sure ? retire.mutate() : setSure(true))}>
            {sure ? t('rules.retireSurely') : t('rules.retire')}
          </Button>
        ) : null}
      </span>
      {attempt.data ? <Tried trial={attempt.data} /> : null}
      {[attempt.error, activate.error, retire.error].map((error, index) => (error ? <LoadFailed key={index} error={error} compact /> : null))}
      {shown ? (
        <div className={styles.detail}>
          <p>{t('findings.advice', { advice: rule.advice })}</p>
          <p className="muted">{t('rules.source', { source: rule.source })}</p>
          <pre className={styles.record} tabIndex={0} aria-label={t('rules.spec')}>
            {JSON.stringify(JSON.parse(rule.spec), null, 2)}
          </pre>
        </div>
      ) : null}
    </li>
  );
}

function Tried({ trial }: { trial: Trial }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const number = (value: number) => formatCount(value, language);
  return (
    <p role="status">
      {t('rules.tried', { records: number(trial.records), passes: number(trial.passes), fails: number(trial.fails), other: number(trial.notAsked + trial.cannotTell) })}
    </p>
  );
}

function NewRule() {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const [spec, setSpec] = useState(TEMPLATE);
  const attempt = useMutation({ mutationFn: async () => trialOf(await operate<Parameters>('$quality-try', { spec })) });
  const draft = useMutation({ mutationFn: () => operate<Parameters>('$quality-rule', { spec }), onSuccess: () => client.invalidateQueries({ queryKey: ['quality', 'rules'] }) });
  return (
    <section className={`card ${styles.card}`} aria-labelledby="new-rule">
      <h2 id="new-rule">{t('rules.new')}</h2>
      <p className="muted">{t('rules.newHint')}</p>
      <Input.TextArea aria-labelledby="new-rule" className={styles.editor ?? ''} value={spec} autoSize={{ minRows: 14, maxRows: 30 }} spellCheck={false} onChange={(event) => setSpec(event.target.value)} />
      <span className={styles.filters}>
        <Button loading={attempt.isPending} onClick={() => attempt.mutate()}>
          {t('rules.try')}
        </Button>
        <Button type="primary" loading={draft.isPending} onClick={() => draft.mutate()}>
          {t('rules.draft')}
        </Button>
      </span>
      {attempt.data ? <Tried trial={attempt.data} /> : null}
      {draft.isSuccess ? <p role="status">{t('rules.drafted')}</p> : null}
      {[attempt.error, draft.error].map((error, index) => (error ? <LoadFailed key={index} error={error} compact /> : null))}
    </section>
  );
}

function Runs() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const client = useQueryClient();
  const runs = useRuns();
  const renew = () => client.invalidateQueries({ queryKey: ['quality', 'runs'] });
  const ask = useMutation({ mutationFn: () => operate<Parameters>('$quality-run', {}), onSettled: renew });
  const cancel = useMutation({ mutationFn: (id: string) => operate<Parameters>('$quality-run', { cancel: id }), onSettled: renew });
  return (
    <section className={`card ${styles.card}`} aria-labelledby="runs">
      <h2 id="runs">{t('runs.title')}</h2>
      <p className="muted">{t('runs.hint')}</p>
      <Button loading={ask.isPending} onClick={() => ask.mutate()}>
        {t('runs.start')}
      </Button>
      {[ask.error, cancel.error].map((error, index) => (error ? <LoadFailed key={index} error={error} compact /> : null))}
      {!runs.data ? (
        runs.error ? (
          <LoadFailed error={runs.error} onRetry={() => void runs.refetch()} compact />
        ) : (
          <LoadingLines rows={3} />
        )
      ) : runs.data.length === 0 ? (
        <NothingHere title={t('runs.none')} />
      ) : (
        <ul className={styles.findings}>
          {runs.data.map((run) => (
            <li key={run.id}>
              <div className={styles.lineHead}>
                <span>{formatMoment(run.made, language)}</span>
                <StatusTag tone={run.state === 'completed' ? 'good' : run.state === 'failed' ? 'bad' : run.state === 'cancelled' ? 'plain' : 'running'}>{t(`runs.states.${run.state as 'running'}`, { defaultValue: run.state })}</StatusTag>
              </div>
              <p className="muted">{t('runs.figures', { records: formatCount(run.records, language), opened: formatCount(run.opened, language), closed: formatCount(run.closed, language) })}</p>
              {run.finished === undefined ? (
                <Button size="small" onClick={() => cancel.mutate(run.id)}>
                  {t('runs.cancel')}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
