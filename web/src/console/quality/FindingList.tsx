import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import type { FhirResource } from 'fhir/r4';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { get } from '../../shared/fhir/client';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { Filter } from './QualityPage';
import styles from './Quality.module.css';
import { saveFindings, useFinding, useFindings, useStep, type Finding } from './useQuality';

const STATES = ['', 'detected', 'assigned', 'fixed', 'verified', 'waived', 'all'] as const;
const TONES: Record<string, Tone> = { detected: 'alert', assigned: 'running', fixed: 'warning', verified: 'good', waived: 'plain' };
/** A reason of this many characters is what the API takes. */
const LEAST = 5;

/** Steps that a state allows, by who takes them; the API decides. */
const STEPS: Record<string, { own: string[]; decides: string[] }> = {
  detected: { own: ['assign', 'fix'], decides: ['waive'] },
  assigned: { own: ['assign', 'fix'], decides: ['waive'] },
  fixed: { own: [], decides: ['waive'] },
  verified: { own: [], decides: [] },
  waived: { own: [], decides: ['reopen'] },
};

/**
 * Findings of one institution, the newest first.
 * @param own the reader acts for the institution
 * @param decides the reader answers for the rules
 */
export function FindingList({ institution, rule, state, onRule, onState, own, decides }: { institution: string | undefined; rule: string | undefined; state: string; onRule: (value: string | undefined) => void; onState: (value: string) => void; own: boolean; decides: boolean }) {
  const { t } = useTranslation('console');
  const wanted = { institution, state, rule };
  const findings = useFindings(wanted, institution !== undefined);
  const [failed, setFailed] = useState<unknown>();
  return (
    <section className={`card ${styles.card}`} aria-labelledby="findings">
      <div className={styles.head}>
        <h2 id="findings">{t('findings.title')}</h2>
        {institution === undefined ? null : (
          <Button
            onClick={() => {
              setFailed(undefined);
              saveFindings(wanted).catch(setFailed);
            }}
          >
            {t('findings.download')}
          </Button>
        )}
      </div>
      {failed ? <LoadFailed error={failed} compact /> : null}
      {institution === undefined ? (
        <NothingHere title={t('findings.choose')}>{t('findings.chooseHint')}</NothingHere>
      ) : (
        <>
          <div className={styles.filters}>
            <Filter label={t('findings.state')} value={state} options={STATES.map((one) => ({ value: one, label: t(`findings.states.${one === '' ? 'open' : one}`) }))} onChange={onState} />
            {rule ? (
              <span className={styles.filter}>
                <span>{t('findings.ofRule')}</span>
                <Button onClick={() => onRule(undefined)}>{t('findings.anyRule', { rule: findings.data?.[0]?.title ?? rule })}</Button>
              </span>
            ) : null}
          </div>
          {findings.data === undefined ? (
            findings.error ? (
              <LoadFailed error={findings.error} onRetry={() => void findings.refetch()} />
            ) : (
              <LoadingLines rows={6} />
            )
          ) : findings.data.length === 0 ? (
            <NothingHere title={t('findings.none')} />
          ) : (
            <>
              <ul className={styles.findings}>
                {findings.data.map((finding) => (
                  <Line key={finding.id} finding={finding} own={own} decides={decides} />
                ))}
              </ul>
              {findings.error ? <LoadFailed error={findings.error} onRetry={() => void findings.refetch()} compact /> : null}
              {findings.hasNextPage ? (
                <Button loading={findings.isFetchingNextPage} onClick={() => void findings.fetchNextPage()}>
                  {t('findings.more')}
                </Button>
              ) : null}
            </>
          )}
        </>
      )}
    </section>
  );
}

function Line({ finding, own, decides }: { finding: Finding; own: boolean; decides: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const typeName = useTypeName();
  const [isOpen, setOpen] = useState(false);
  const { title, dataset, path, state, assignee, found, severity, times } = finding;
  return (
    <li>
      <div className={styles.lineHead}>
        <strong>{title}</strong>
        <StatusTag tone={TONES[state] ?? 'plain'}>{t(`findings.states.${state as 'fixed'}`, { defaultValue: state })}</StatusTag>
      </div>
      <p className="muted">
        {[typeName(dataset), path, severity ? t(`quality.severities.${severity as 'error'}`) : '', formatMoment(found, language), times > 1 ? t('findings.times', { count: times }) : '', assignee ? t('findings.with', { name: assignee }) : ''].filter(Boolean).join(' · ')}
      </p>
      <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? t('findings.close') : t('findings.look')}
      </Button>
      {isOpen ? <Detail id={finding.id} own={own} decides={decides} /> : null}
    </li>
  );
}

function Detail({ id, own, decides }: { id: string; own: boolean; decides: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const finding = useFinding(id);
  const [shown, setShown] = useState(false);
  if (finding.data === undefined) return finding.error ? <LoadFailed error={finding.error} onRetry={() => void finding.refetch()} compact /> : <LoadingLines rows={3} />;
  if (finding.data === null) return null;
  const { advice, record, path, state, steps } = finding.data;
  return (
    <div className={styles.detail}>
      {advice ? <p>{t('findings.advice', { advice })}</p> : null}
      {steps.length > 0 ? (
        <ol className={styles.steps}>
          {steps.map(({ at, step, by, note }, index) => (
            <li key={index}>
              {[formatMoment(at, language), t(`findings.steps.${step as 'fix'}`, { defaultValue: step }), by === 'platform' ? t('findings.platform') : by, note].filter(Boolean).join(' · ')}
            </li>
          ))}
        </ol>
      ) : null}
      {record ? (
        <>
          <Button size="small" onClick={() => setShown(!shown)}>
            {shown ? t('findings.hideRecord') : t('findings.showRecord')}
          </Button>
          {shown ? <TheRecord reference={record} path={path} /> : null}
        </>
      ) : (
        <p className="muted">{t('findings.notYours')}</p>
      )}
      <Steps id={id} steps={[...(own ? (STEPS[state]?.own ?? []) : []), ...(decides ? (STEPS[state]?.decides ?? []) : [])]} />
    </div>
  );
}

/** The record as it is stored, as far as the reader may see it. */
function TheRecord({ reference, path }: { reference: string; path: string | undefined }) {
  const { t } = useTranslation('console');
  const { data, error, refetch } = useQuery({ queryKey: ['quality-record', reference], queryFn: ({ signal }) => get<FhirResource>(reference, signal), gcTime: 0, staleTime: 0 });
  if (!data) return error ? <LoadFailed error={error} onRetry={() => void refetch()} compact /> : <LoadingLines rows={6} />;
  const patient = residentOf(data);
  return (
    <>
      {patient ? <Link to={`/residents/${encodeURIComponent(patient)}`}>{t('findings.resident')}</Link> : null}
      <p className="muted small">{t('findings.at', { path: path ?? '' })}</p>
      <pre className={styles.record} tabIndex={0} aria-label={t('findings.record')}>
        {JSON.stringify(data, null, 2)}
      </pre>
    </>
  );
}

/** Id of the resident that a record is about. */
export function residentOf(resource: FhirResource): string | undefined {
  if (resource.resourceType === 'Patient') return resource.id;
  const { subject, patient } = resource as { subject?: { reference?: string }; patient?: { reference?: string } };
  const reference = subject?.reference ?? patient?.reference;
  return reference?.startsWith('Patient/') ? reference.slice('Patient/'.length) : undefined;
}

function Steps({ id, steps }: { id: string; steps: string[] }) {
  const { t } = useTranslation('console');
  const take = useStep(id);
  const [typed, setTyped] = useState<{ step: string; text: string }>();
  if (steps.length === 0) return null;
  const label = typed ? t(`findings.asks.${typed.step as 'waive'}`) : '';
  const short = typed !== undefined && typed.text.trim().length < (typed.step === 'assign' ? 1 : LEAST);
  return (
    <form className={styles.steps} onSubmit={(event: FormEvent) => event.preventDefault()}>
      {take.error ? <LoadFailed error={take.error} compact /> : null}
      {typed === undefined ? (
        <span className={styles.filters}>
          {steps.map((step) => (
            <Button key={step} size="small" loading={take.isPending && take.variables.step === step} onClick={() => (step === 'fix' ? take.mutate({ step }) : setTyped({ step, text: '' }))}>
              {t(`findings.take.${step as 'fix'}`)}
            </Button>
          ))}
        </span>
      ) : (
        <>
          <Input aria-label={label} placeholder={label} value={typed.text} maxLength={typed.step === 'assign' ? 100 : 500} onChange={(event) => setTyped({ ...typed, text: event.target.value })} />
          <span className={styles.filters}>
            <Button
              size="small"
              type="primary"
              disabled={short}
              loading={take.isPending}
              onClick={() => take.mutate({ step: typed.step, ...(typed.step === 'assign' ? { assignee: typed.text.trim() } : { note: typed.text.trim() }) }, { onSuccess: () => setTyped(undefined) })}
            >
              {t(`findings.take.${typed.step as 'fix'}`)}
            </Button>
            <Button size="small" type="text" onClick={() => setTyped(undefined)}>
              {t('findings.notNow')}
            </Button>
          </span>
        </>
      )}
    </form>
  );
}
