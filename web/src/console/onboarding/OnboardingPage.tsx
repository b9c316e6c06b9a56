import { Button, Segmented } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { LEAST, Reason } from '../emergencies/Case';
import styles from '../emergencies/Emergencies.module.css';
import { appliesForInstitutions, useRole } from '../useRole';
import { emptyApplication, jsonOf } from './application';
import { ApplicationForm } from './ApplicationForm';
import { OnboardingCard } from './OnboardingCard';
import own from './Onboarding.module.css';
import { FILES, STATES, useApply, useDownload, useOnboarding, useOnboardings, type State } from './useOnboarding';

const TONES: Record<State, Tone> = { applied: 'alert', testing: 'running', certified: 'good', live: 'good', suspended: 'bad', withdrawn: 'plain' };

export function StateTag({ state }: { state: State }) {
  const { t } = useTranslation('console');
  return <StatusTag tone={TONES[state]}>{t(`onboarding.state.${state}`)}</StatusTag>;
}

/** Institutions on their way to the platform. The one chosen and the filter are in the address. */
export function OnboardingPage() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const role = useRole();
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((one) => one === query.get('state'));
  const list = useOnboardings(state);
  const chosen = query.get('id') ?? list.data?.[0]?.id;
  const one = useOnboarding(list.data?.length === 0 && !query.has('id') ? undefined : chosen);
  const applies = query.has('apply');
  const set = (values: Record<string, string | undefined>) =>
    setQuery(
      (now) => {
        for (const [name, value] of Object.entries(values)) {
          if (value === undefined) now.delete(name);
          else now.set(name, value);
        }
        return now;
      },
      { replace: true },
    );
  return (
    <div className={`${styles.page} ${own.page}`}>
      <PageTitle page={t('onboarding.title')} />
      <div className={styles.head}>
        <h1>{t('onboarding.title')}</h1>
        <div className={own.filter}>
          <Segmented
            aria-label={t('onboarding.filter')}
            value={state ?? 'all'}
            options={[{ value: 'all', label: t('onboarding.all') }, ...STATES.map((value) => ({ value, label: t(`onboarding.state.${value}`) }))]}
            onChange={(value) => set({ state: value === 'all' ? undefined : (value as State), id: undefined })}
          />
        </div>
      </div>
      <p className="muted">{t('onboarding.lead')}</p>
      {appliesForInstitutions(role) && !applies ? (
        <div>
          <Button type="primary" onClick={() => set({ apply: '' })}>
            {t('onboarding.apply')}
          </Button>
        </div>
      ) : null}
      {applies ? <ApplyForm onApplied={(id) => set({ apply: undefined, state: undefined, id })} onCancel={() => set({ apply: undefined })} /> : null}
      {list.data === undefined ? (
        <div className="card">{list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} /> : <LoadingLines rows={8} />}</div>
      ) : list.data.length === 0 ? (
        <div className="card">
          <NothingHere title={t('onboarding.none')}>{t(state ? 'onboarding.noneHint' : 'onboarding.noneYet')}</NothingHere>
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={`card ${styles.list}`}>
            {list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} compact /> : null}
            <ul aria-label={t('onboarding.title')}>
              {list.data.map((each) => (
                <li key={each.id}>
                  <button type="button" className={styles.item} aria-pressed={each.id === chosen} onClick={() => set({ id: each.id })}>
                    <span className={styles.itemHead}>
                      <strong>{each.name}</strong>
                      <StateTag state={each.state} />
                    </span>
                    <span className="muted">{formatMoment(each.changed, language)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
          {one.data ? (
            <OnboardingCard key={`${one.data.id}|${one.data.state}`} one={one.data} />
          ) : (
            <div className="card">{one.error ? <LoadFailed error={one.error} onRetry={() => void one.refetch()} /> : <LoadingLines rows={8} />}</div>
          )}
        </div>
      )}
      <Kit />
    </div>
  );
}

function ApplyForm({ onApplied, onCancel }: { onApplied: (id: string) => void; onCancel: () => void }) {
  const { t } = useTranslation('console');
  const apply = useApply();
  const [application, setApplication] = useState(emptyApplication);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < LEAST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!short) apply.mutate({ application: jsonOf(application), reason: reason.trim() }, { onSuccess: (made) => onApplied(made.id) });
  };
  return (
    <form className={`card ${styles.case}`} aria-label={t('onboarding.apply')} onSubmit={submit} noValidate autoComplete="off">
      <h2>{t('onboarding.apply')}</h2>
      <p className="muted">{t('onboarding.applyLead')}</p>
      <ApplicationForm value={application} onChange={setApplication} />
      <Reason label={t('onboarding.reason')} value={reason} problem={tried && short ? t('cases.tooShort', { least: LEAST }) : undefined} onChange={setReason} />
      {apply.error ? <LoadFailed error={apply.error} compact /> : null}
      <div className={own.steps}>
        <Button type="primary" htmlType="submit" loading={apply.isPending}>
          {t('onboarding.submit')}
        </Button>
        <Button onClick={onCancel}>{t('cases.cancel')}</Button>
      </div>
    </form>
  );
}

function Kit() {
  const { t } = useTranslation('console');
  const download = useDownload();
  return (
    <section className={`card ${own.kit}`} aria-label={t('onboarding.kit')}>
      <h2>{t('onboarding.kit')}</h2>
      <p className="muted">{t('onboarding.kitLead')}</p>
      <div className={own.steps}>
        {FILES.map((file) => (
          <Button key={file} loading={download.isPending && download.variables === file} onClick={() => download.mutate(file)}>
            {t(`onboarding.file.${file.replace('.', '_') as 'package_tgz'}`)}
          </Button>
        ))}
      </div>
      {download.error ? <LoadFailed error={download.error} compact /> : null}
    </section>
  );
}
