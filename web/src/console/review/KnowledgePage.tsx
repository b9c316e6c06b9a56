import '../../shared/prescription/texts';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { FhirError } from '../../shared/fhir/client';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { runsPlatform, useRole } from '../useRole';
import { Head } from './Head';
import styles from './Review.module.css';
import { useBaseStep, useKnowledge, useLoad, type BaseState, type Loaded } from './useRules';

const TONES: Record<BaseState, Tone> = { draft: 'warning', live: 'good', retired: 'plain' };

/** 用药知识库: which is in force, those that were loaded, and a new one. */
export function KnowledgePage() {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const runs = runsPlatform(useRole());
  const { data, error, refetch } = useKnowledge();
  const force = data?.inForce;
  return (
    <div className={styles.page}>
      <PageTitle page={t('knowledge.title')} />
      <Head title={t('knowledge.title')} />
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {force && !force.verified ? <Alert type="warning" showIcon title={t('knowledge.warning')} /> : null}
      {force ? (
        <section className={`card ${styles.part}`} aria-labelledby="in-force">
          <h2 id="in-force">
            {t('knowledge.inForce')}: {force.title} {force.version} <StatusTag tone={force.verified ? 'good' : 'alert'}>{t(force.verified ? 'knowledge.verified' : 'findings.demonstration')}</StatusTag>
          </h2>
          <dl className={styles.facts}>
            {[
              [t('knowledge.drugs'), formatCount(force.drugs, language)],
              [t('knowledge.interactions'), formatCount(force.interactions, language)],
              [t('knowledge.source'), force.source],
              [t('knowledge.licence'), force.licence],
            ].map(([what, value]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      {runs ? <Load /> : null}
      {data ? (
        <section className={`card ${styles.part}`} aria-labelledby="loaded">
          <h2 id="loaded">{t('knowledge.loaded')}</h2>
          {data.loaded.length === 0 ? <NothingHere title={t('knowledge.none')}>{t('knowledge.noneHint')}</NothingHere> : null}
          <ul className={styles.cases}>
            {data.loaded.map((one) => (
              <li key={`${one.base} ${one.version}`}>
                <Base one={one} runs={runs} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

/** A file is taken whole, or all its faults are told with their places. */
function Load() {
  const { t } = useTranslation('prescription');
  const load = useLoad();
  const faults = load.error instanceof FhirError ? load.error.issues : [];
  return (
    <section className={`card ${styles.part}`} aria-labelledby="load">
      <h2 id="load">{t('knowledge.load')}</h2>
      <p className="muted small">{t('knowledge.loadHint')}</p>
      <label>
        <span className="visually-hidden">{t('knowledge.file')}</span>
        <input
          type="file"
          accept=".json,application/json"
          disabled={load.isPending}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            // So that the same file, mended, can be chosen again.
            event.target.value = '';
            if (file) load.mutate(file);
          }}
        />
      </label>
      <p role="status">{load.isPending ? t('knowledge.loading') : load.data ? t('knowledge.taken', load.data) : ''}</p>
      {load.error && faults.length < 2 ? <LoadFailed error={load.error} compact /> : null}
      {faults.length > 1 ? (
        <div role="alert" className={styles.scroll}>
          <p className={styles.problem}>{t('knowledge.faults', { count: faults.length })}</p>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('knowledge.place')}</th>
                <th scope="col">{t('knowledge.fault')}</th>
              </tr>
            </thead>
            <tbody>
              {faults.map((fault, index) => (
                <tr key={index}>
                  <td>
                    <code>{fault.expression?.[0]}</code>
                  </td>
                  <td>{fault.details?.text ?? fault.diagnostics}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}

function Base({ one, runs }: { one: Loaded; runs: boolean }) {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const step = useBaseStep(one);
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const id = `reason-${one.base}-${one.version}`;
  const take = (which: 'go-live' | 'retire') => {
    const words = reason.trim();
    setShort([...words].length < 4);
    if ([...words].length >= 4) step.mutate({ step: which, reason: words }, { onSuccess: () => setReason('') });
  };
  return (
    <div className={styles.part}>
      <p>
        <StatusTag tone={TONES[one.state]}>{t(`knowledge.states.${one.state}`)}</StatusTag> <strong>{one.base}</strong> {one.version}{' '}
        <span className="muted small">{[t('rules.made', { when: formatMoment(one.made, language), by: one.madeBy ?? '' }), one.reason].filter(Boolean).join(' · ')}</span>
      </p>
      {runs && one.state !== 'retired' ? (
        <>
          <label htmlFor={id}>{t('knowledge.reason')}</label>
          <textarea id={id} rows={2} maxLength={500} value={reason} aria-invalid={short} aria-describedby={`${id}-problem`} onChange={(event) => setReason(event.target.value)} />
          <p id={`${id}-problem`} role="alert" className={styles.problem}>
            {short ? t('rules.reasonShort') : ''}
          </p>
          <div className={styles.filters}>
            {one.state === 'draft' ? (
              <Button type="primary" loading={step.isPending} onClick={() => take('go-live')}>
                {t('knowledge.step.go-live')}
              </Button>
            ) : null}
            <Button danger loading={step.isPending} onClick={() => take('retire')}>
              {t('knowledge.step.retire')}
            </Button>
          </div>
        </>
      ) : null}
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </div>
  );
}
