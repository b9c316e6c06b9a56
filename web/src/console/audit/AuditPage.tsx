import { Button, Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatAgo, formatDay, formatMoment, today } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { save } from '../../shared/save';
import { StatusTag } from '../../shared/StatusTag';
import { useDeed } from '../emergencies/Case';
import { useRole } from '../useRole';
import { AlertsCard } from './AlertsCard';
import styles from './Audit.module.css';
import { OUTCOMES, ROLES, useDataKeys, useEvents, useSeal, type Seal } from './useAudit';

const DAY = 86_400_000;
const PERIODS = ['0', '6', '29', '364'] as const;
/** A seal is made every minute while there is something to seal. */
const STALE = 10 * 60_000;

/** 审计: that the trace is sealed, and the trace itself. */
export function AuditPage() {
  const { t } = useTranslation('console');
  const role = useRole();
  return (
    <div className={styles.page}>
      <PageTitle page={t('audit.title')} />
      <h1>{t('audit.title')}</h1>
      <div className={styles.cards}>
        <SealCard />
        {role === 'root' || role === 'operator' ? <KeyCard /> : null}
        <AlertsCard />
      </div>
      <Events />
    </div>
  );
}

function SealCard() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const seal = useSeal();
  return (
    <section className={`card ${styles.card}`} aria-labelledby="seal">
      <div className={styles.cardHead}>
        <h2 id="seal">{t('audit.seal')}</h2>
        {seal.data ? <Age seal={seal.data} /> : null}
      </div>
      {seal.data === undefined ? (
        seal.error ? (
          <LoadFailed error={seal.error} onRetry={() => void seal.refetch()} compact />
        ) : (
          <LoadingLines rows={4} />
        )
      ) : seal.data === null ? (
        <NothingHere title={t('audit.noSeal')}>{t('audit.noSealHint')}</NothingHere>
      ) : (
        <>
          <dl className={styles.facts}>
            <Fact name={t('audit.number')} value={formatCount(seal.data.number, language)} />
            <Fact name={t('audit.sealed')} value={formatMoment(seal.data.time, language)} />
            <Fact name={t('audit.chains')} value={t('audit.chainCount', { open: seal.data.chains, closed: seal.data.closed })} />
            <Fact name={t('audit.algorithm')} value={seal.data.algorithm} />
            <Fact name={t('audit.certificate')} value={<code className={styles.print}>{seal.data.certificate.replace(/(.{8})(?=.)/g, '$1 ')}</code>} />
          </dl>
          <Button onClick={() => keep(seal.data)}>{t('audit.download')}</Button>
        </>
      )}
      <p className="muted small">
        {t('audit.verify')} <code>./helan verify</code>
      </p>
    </section>
  );
}

function Age({ seal: { time } }: { seal: Seal }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const now = Date.now();
  const ago = formatAgo(time, now, language);
  return now - Date.parse(time) > STALE ? <StatusTag tone="warning">{t('audit.old', { ago })}</StatusTag> : <StatusTag tone="good">{t('audit.fresh', { ago })}</StatusTag>;
}

/** For the safe in another house: what was sealed before cannot be cut off unnoticed by whoever holds a later seal. */
function keep(seal: Seal | null | undefined): void {
  if (!seal) return;
  save(new Blob([JSON.stringify(seal.answer, null, 2)], { type: 'application/fhir+json' }), `audit-seal-${seal.number}.json`);
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function KeyCard() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const keys = useDataKeys(true);
  return (
    <section className={`card ${styles.card}`} aria-labelledby="keys">
      <div className={styles.cardHead}>
        <h2 id="keys">{t('keys.title')}</h2>
        {keys.data ? keys.data.encrypts ? <StatusTag tone="good">{t('keys.on')}</StatusTag> : <StatusTag tone="warning">{t('keys.off')}</StatusTag> : null}
      </div>
      {keys.data === undefined ? (
        keys.error ? (
          <LoadFailed error={keys.error} onRetry={() => void keys.refetch()} compact />
        ) : (
          <LoadingLines rows={4} />
        )
      ) : keys.data.keys.length === 0 ? (
        <NothingHere title={t('keys.none')} />
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('keys.title')}>
          <table className="data">
            <thead>
              <tr>
                <th>{t('keys.id')}</th>
                <th>{t('keys.algorithm')}</th>
                <th>{t('keys.state')}</th>
                <th>{t('keys.made')}</th>
              </tr>
            </thead>
            <tbody>
              {keys.data.keys.map(({ id, algorithm, state, made }) => (
                <tr key={id}>
                  <td>{id}</td>
                  <td>{algorithm}</td>
                  <td>{t(`keys.states.${state as 'active'}`, { defaultValue: state ?? '' })}</td>
                  <td>{formatDay(made, language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {keys.data?.tables.some(({ finished }) => finished === undefined) ? <p className="muted small">{t('keys.rewriting')}</p> : null}
    </section>
  );
}

function Events() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const deed = useDeed();
  const [query, setQuery] = useSearchParams();
  const role = ROLES.find((one) => one === query.get('role'));
  const outcome = OUTCOMES.find((one) => one === query.get('outcome'));
  const days = PERIODS.find((one) => one === query.get('days')) ?? '6';
  const events = useEvents({ role, outcome, since: today(Date.now() - Number(days) * DAY) });
  const names = useNames((events.data ?? []).flatMap(({ practitioner, institution }) => [practitioner, institution]));
  const set = (name: string, value: string) =>
    setQuery(
      (now) => {
        if (value === '') now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true },
    );
  return (
    <section className={`card ${styles.card}`} aria-labelledby="events">
      <div className={styles.cardHead}>
        <h2 id="events">{t('audit.events')}</h2>
        <div className={styles.filters}>
          <Filter label={t('audit.role')} value={role ?? ''} options={['', ...ROLES]} word={(one) => (one === '' ? t('audit.everyRole') : t(`shell.role.${one as 'system'}`))} onChange={(value) => set('role', value)} />
          <Filter label={t('audit.outcome')} value={outcome ?? ''} options={['', ...OUTCOMES]} word={(one) => (one === '' ? t('audit.everyOutcome') : t(`audit.outcomes.${one as '0'}`))} onChange={(value) => set('outcome', value)} />
          <Filter label={t('audit.period')} value={days} options={[...PERIODS]} word={(one) => t(`audit.periods.${one as '0'}`)} onChange={(value) => set('days', value)} />
        </div>
      </div>
      {events.data === undefined ? (
        events.error ? (
          <LoadFailed error={events.error} onRetry={() => void events.refetch()} />
        ) : (
          <LoadingLines rows={10} />
        )
      ) : events.data.length === 0 ? (
        <NothingHere title={t('audit.none')}>{t('audit.noneHint')}</NothingHere>
      ) : (
        <>
          <div className={`${styles.scroll} ${styles.wide}`} tabIndex={0} role="region" aria-label={t('audit.events')}>
            <table className="data">
              <thead>
                <tr>
                  <th>{t('audit.time')}</th>
                  <th>{t('audit.who')}</th>
                  <th>{t('audit.institution')}</th>
                  <th>{t('audit.what')}</th>
                  <th className="number">{t('audit.count')}</th>
                  <th>{t('audit.outcome')}</th>
                  <th>{t('audit.address')}</th>
                </tr>
              </thead>
              <tbody>
                {events.data.map((event) => (
                  <tr key={event.id}>
                    <td className={styles.nowrap}>{formatMoment(event.at, language)}</td>
                    <td>{names.get(event.practitioner ?? '') ?? (event.role ? t(`shell.role.${event.role as 'system'}`, { defaultValue: event.role }) : t('audit.nobody'))}</td>
                    <td>{event.institution ? (names.get(event.institution) ?? event.institution) : ''}</td>
                    <td>{deed(event)}</td>
                    <td className="number">{formatCount(event.count, language)}</td>
                    <td className={styles.nowrap}>
                      {event.refused ? <StatusTag tone="bad">{`${t('audit.refused')} ${event.status ?? ''}`}</StatusTag> : event.failed ? <StatusTag tone="warning">{`${t('audit.failed')} ${event.status ?? ''}`}</StatusTag> : t('audit.done')}
                    </td>
                    <td>{event.address}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {events.error ? <LoadFailed error={events.error} onRetry={() => void events.refetch()} compact /> : null}
          {events.hasNextPage ? (
            <Button loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
              {t('audit.more')}
            </Button>
          ) : null}
        </>
      )}
    </section>
  );
}

function Filter({ label, value, options, word, onChange }: { label: string; value: string; options: string[]; word: (value: string) => string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <span className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <Select id={id} value={value} options={options.map((one) => ({ value: one, label: word(one) }))} onChange={onChange} popupMatchSelectWidth={false} style={{ minWidth: 120 }} />
    </span>
  );
}
