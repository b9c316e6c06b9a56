import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import type { Emergency } from '../../shared/fhir/emergencies';
import { useNames } from '../../shared/fhir/names';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { useRole } from '../useRole';
import { Case, showCase } from './Case';
import styles from './Emergencies.module.css';
import { STATES, useEmergencies, type State } from './useEmergencies';

export function StateTag({ emergency: { state, decision } }: { emergency: Emergency }) {
  const { t } = useTranslation('console');
  if (state === 'reviewed') return decision === 'misuse' ? <StatusTag tone="bad">{t('emergencies.misuse')}</StatusTag> : <StatusTag tone="good">{t('emergencies.justified')}</StatusTag>;
  return <StatusTag tone={state === 'opened' ? 'alert' : 'running'}>{t(`emergencies.state.${state}`)}</StatusTag>;
}

/** 紧急访问: regulators review, practitioners say afterwards why it was needed. The one chosen and the filter are in the address. */
export function EmergenciesPage() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const role = useRole();
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((one) => one === query.get('state'));
  const list = useEmergencies(state);
  const names = useNames((list.data ?? []).flatMap(({ practitioner, institution }) => [practitioner, institution]));
  const nameOf = (reference: string | undefined) => (reference === undefined ? t('emergencies.unknown') : (names.get(reference) ?? reference));
  const chosen = list.data?.find(({ id }) => id === query.get('id')) ?? list.data?.[0];
  const set = (name: string, value: string | undefined) =>
    setQuery(
      (now) => {
        if (value === undefined) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const own = role === 'practitioner';
  return (
    <div className={styles.page}>
      <PageTitle page={t('emergencies.title')} />
      <div className={styles.head}>
        <h1>{t('emergencies.title')}</h1>
        <Segmented
          aria-label={t('emergencies.filter')}
          value={state ?? 'all'}
          options={[{ value: 'all', label: t('emergencies.all') }, ...STATES.map((value) => ({ value, label: t(`emergencies.state.${value}`) }))]}
          onChange={(value) => set('state', value === 'all' ? undefined : (value as State))}
        />
      </div>
      <p className="muted">{t(own ? 'emergencies.leadOwn' : 'emergencies.lead')}</p>
      {list.data === undefined ? (
        <div className="card">{list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} /> : <LoadingLines rows={8} />}</div>
      ) : list.data.length === 0 ? (
        <div className="card">
          <NothingHere title={t('emergencies.none')}>{t(own ? 'emergencies.noneOwn' : 'emergencies.noneHint')}</NothingHere>
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={`card ${styles.list}`}>
            {list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} compact /> : null}
            <ul aria-label={t('emergencies.title')}>
              {list.data.map((one) => (
                <li key={one.id}>
                  <button
                    type="button"
                    className={styles.item}
                    aria-pressed={one.id === chosen?.id}
                    onClick={() => {
                      set('id', one.id);
                      showCase();
                    }}
                  >
                    <span className={styles.itemHead}>
                      <strong>{nameOf(one.practitioner)}</strong>
                      <StateTag emergency={one} />
                    </span>
                    <span className="muted">{nameOf(one.institution)}</span>
                    <span className="muted">{formatMoment(one.start, language)}</span>
                    <span className={styles.reason}>{one.reason}</span>
                  </button>
                </li>
              ))}
            </ul>
            {list.hasNextPage ? (
              <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('emergencies.more')}
              </Button>
            ) : null}
          </div>
          {chosen ? <Case key={`${chosen.id}|${chosen.state}`} emergency={chosen} practitioner={nameOf(chosen.practitioner)} institution={nameOf(chosen.institution)} role={role} /> : null}
        </div>
      )}
    </div>
  );
}
