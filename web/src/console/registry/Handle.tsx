import { Button, Input, Radio } from 'antd';
import { useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import styles from './Registry.module.css';
import { useActs, useStep } from './useRegistry';

/** The API asks for as many characters of a reason. */
const LEAST = 4;

/** The steps that the reader may take with one licence or place, and those that were taken. What is typed stays when it is refused. */
export function Handle({ of, number, may }: { of: string; number?: string; may: string[] }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const acts = useActs(of);
  const step = useStep();
  const id = useId();
  const [chosen, setChosen] = useState<string>();
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState('');
  const [passed, setPassed] = useState(true);
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < LEAST;
  // Filing and rights are the institutions' own systems' matter: what they need to say does not fit a row.
  const steps = may.filter((one) => one !== 'file' && one !== 'prescribing-rights');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (chosen === undefined || short) return;
    step.mutate(
      { of, step: chosen, values: { reason: reason.trim(), ...(number === undefined ? {} : { number }), ...(chosen === 'renew' ? { end: end.trim() } : {}), ...(chosen === 'check' ? { passed: String(passed) } : {}) } },
      {
        onSuccess: () => {
          setChosen(undefined);
          setReason('');
          setTried(false);
        },
      },
    );
  };
  const shown = (acts.data ?? []).filter((act) => number === undefined || act.number === undefined || act.number === number);
  return (
    <div className={styles.handle}>
      <form className={styles.form} onSubmit={submit} noValidate autoComplete="off">
        <h3>{t('registry.steps')}</h3>
        {step.isSuccess && chosen === undefined ? <p role="status">{t('registry.done', { step: t(`registry.step.${step.variables.step as 'verify'}`) })}</p> : null}
        {steps.length === 0 ? (
          <p className="muted">{t('registry.noSteps')}</p>
        ) : (
          <div className={styles.buttons}>
            {steps.map((one) => (
              <Button key={one} type={one === chosen ? 'primary' : 'default'} aria-pressed={one === chosen} onClick={() => setChosen(one)}>
                {t(`registry.step.${one as 'verify'}`)}
              </Button>
            ))}
          </div>
        )}
        {chosen === undefined ? null : (
          <>
            {chosen === 'renew' ? (
              <div>
                <label htmlFor={`${id}-end`}>{t('registry.newEnd')}</label>
                <Input id={`${id}-end`} value={end} inputMode="numeric" onChange={(event) => setEnd(event.target.value)} />
              </div>
            ) : null}
            {chosen === 'check' ? (
              <Radio.Group aria-label={t('registry.result')} value={passed} onChange={(event) => setPassed(event.target.value as boolean)} options={[{ value: true, label: t('registry.passed') }, { value: false, label: t('registry.failed') }]} />
            ) : null}
            <div>
              <label htmlFor={id}>{t('registry.reason')}</label>
              <Input.TextArea id={id} rows={2} value={reason} aria-invalid={tried && short} aria-describedby={`${id}-problem`} onChange={(event) => setReason(event.target.value)} />
              <p id={`${id}-problem`} className={styles.problem}>
                {tried && short ? t('registry.short', { least: LEAST }) : ''}
              </p>
            </div>
            {step.error ? <LoadFailed error={step.error} compact /> : null}
            <div className={styles.buttons}>
              <Button type="primary" htmlType="submit" loading={step.isPending}>
                {t('registry.take', { step: t(`registry.step.${chosen as 'verify'}`) })}
              </Button>
            </div>
          </>
        )}
      </form>
      <div className={styles.acts}>
        <h3>{t('registry.history')}</h3>
        {acts.error ? (
          <LoadFailed error={acts.error} onRetry={() => void acts.refetch()} compact />
        ) : acts.data === undefined ? (
          <LoadingLines rows={3} />
        ) : shown.length === 0 ? (
          <p className="muted">{t('registry.noHistory')}</p>
        ) : (
          <ol className={styles.acts} aria-label={t('registry.history')}>
            {shown.map((act) => (
              <li key={`${act.at ?? ''}${act.step}`}>
                <strong>{t(`registry.step.${act.step as 'verify'}`)}</strong>
                <span>{act.reason}</span>
                <span className="muted small">{[formatMoment(act.at, language), t('registry.account', { account: act.by })].join(' · ')}</span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </div>
  );
}
