import { Button, Radio } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Field, Reason, Text, useProblems } from './Fields';
import { NO_SITE, RightsField, SiteFields, siteAsked, type SiteValues } from './Filing';
import styles from './Registry.module.css';
import { useActs, useStep, useVersion } from './useRegistry';

/**
 * The steps that the reader may take with one licence, place or membership, and those that were taken. What is typed stays when it is
 * refused; a step is taken with the version that was looked at, or not at all.
 */
export function Handle({ of, number, may }: { of: string; number?: string; may: string[] }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const acts = useActs(of);
  const step = useStep();
  const version = useVersion(of);
  const [chosen, setChosen] = useState<string>();
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState('');
  const [alone, setAlone] = useState('');
  const [passed, setPassed] = useState(true);
  const [site, setSite] = useState<SiteValues>(NO_SITE);
  const isPlace = of.startsWith('PractitionerRole/');
  const problems = useProblems(step.error, ['reason', 'end', 'due', 'site', 'right', 'alone']);
  // A licence is filed with all its fields: the form above the list does that.
  const steps = may.filter((one) => one !== 'file' || isPlace);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen === undefined || problems.check({ reason, ...(chosen === 'renew' ? { end } : {}), ...(chosen === 'file' ? { site: site.site } : {}) })) return;
    step.mutate(
      {
        of,
        step: chosen,
        version: version.data ?? undefined,
        values: {
          reason: reason.trim(),
          ...(number === undefined ? {} : { number }),
          ...(chosen === 'renew' ? { end } : {}),
          ...(chosen === 'check' ? { passed: String(passed) } : {}),
          ...(chosen === 'file' ? siteAsked(site) : {}),
          ...(chosen === 'prescribing-rights' ? { right: site.right.length === 0 ? '' : site.right } : {}),
          ...(chosen === 'agree' && alone.trim() !== '' ? { alone: alone.trim() } : {}),
        },
      },
      {
        onSuccess: () => {
          setChosen(undefined);
          setReason('');
          setAlone('');
          setSite(NO_SITE);
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
              <Field label={t('registry.newEnd')} problem={problems.of('end')}>
                {(wiring) => <Text date value={end} onChange={setEnd} wiring={wiring} />}
              </Field>
            ) : null}
            {chosen === 'check' ? (
              <Radio.Group aria-label={t('registry.result')} value={passed} onChange={(event) => setPassed(event.target.value as boolean)} options={[{ value: true, label: t('registry.passed') }, { value: false, label: t('registry.failed') }]} />
            ) : null}
            {chosen === 'file' ? <SiteFields values={site} onChange={setSite} problem={problems.of} /> : null}
            {chosen === 'prescribing-rights' ? <RightsField value={site.right} onChange={(right) => setSite({ ...site, right })} problem={problems.of('right')} /> : null}
            {chosen === 'agree' && (alone !== '' || problems.of('alone') !== '') ? (
              <Field label={t('registry.alone')} problem={problems.of('alone')}>
                {(wiring) => <Reason value={alone} onChange={setAlone} wiring={wiring} />}
              </Field>
            ) : null}
            <Field label={t('registry.reason')} problem={problems.of('reason')}>
              {(wiring) => <Reason value={reason} onChange={setReason} wiring={wiring} />}
            </Field>
            {problems.rest ? <LoadFailed error={problems.rest} compact /> : null}
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
