import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Input, Segmented } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { FhirError, wantsProof } from '../../shared/fhir/client';
import { checkEvidence, type Checked } from '../../shared/evidence/evidence';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { save } from '../../shared/save';
import { StatusTag } from '../../shared/StatusTag';
import styles from '../../shared/supervision/Supervision.module.css';
import '../../shared/supervision/texts';
import { TYPES, useReplay, type EventType, type ReplayEvent } from '../../shared/supervision/useSupervision';

/** The API takes a ground of this many characters. */
const LEAST = 5;

/** 诊疗过程回放: an encounter from end to end, each line with its proof. The ground is asked first: the resident sees it. */
export function ReplayPage() {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const { id = '' } = useParams();
  const [query, setQuery] = useSearchParams();
  const [typed, setTyped] = useState('');
  const [ground, setGround] = useState('');
  const replay = useReplay(id, ground);
  const only = TYPES.find((one) => one === query.get('only'));
  const { events, file } = replay.data ?? { events: [], file: '' };
  const shown = events.filter(({ type }) => only === undefined || type === only);
  const check = useMutation({ mutationFn: checkEvidence });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim().length < LEAST) return;
    // Pressed again after a refusal: in the meantime a case may have been approved.
    if (typed.trim() === ground) void replay.refetch();
    else setGround(typed.trim());
  };
  return (
    <div className={styles.page}>
      <PageTitle page={t('replay.title')} />
      <div className={styles.head}>
        <h1>{t('replay.title')}</h1>
        <nav className={styles.links} aria-label={t('more')}>
          <Link to="/supervision">{t('back')}</Link>
        </nav>
      </div>
      <p className="muted">{t('replay.lead')}</p>
      {replay.data === undefined ? (
        <form className={`card ${styles.form}`} onSubmit={submit} noValidate>
          <label>
            {t('replay.ask')}
            <Input value={typed} maxLength={200} onChange={(event) => setTyped(event.target.value)} />
          </label>
          {replay.error ? isClosed(replay.error) ? <Closed /> : <LoadFailed error={replay.error} onRetry={() => void replay.refetch()} compact /> : null}
          <div className={styles.actions}>
            <Button type="primary" htmlType="submit" disabled={typed.trim().length < LEAST} loading={replay.isFetching}>
              {t('replay.start')}
            </Button>
          </div>
          {replay.isFetching ? <LoadingLines rows={6} /> : null}
        </form>
      ) : (
        <section className={`card ${styles.card}`} aria-label={t('replay.title')}>
          <div className={styles.row}>
            <Segmented
              aria-label={t('replay.filter')}
              value={only ?? 'all'}
              options={[{ value: 'all', label: t('replay.all') }, ...TYPES.map((value) => ({ value, label: t(`replay.types.${value}`) }))]}
              onChange={(value) => setQuery(value === 'all' ? {} : { only: value as EventType }, { replace: true, preventScrollReset: true })}
            />
            <span className="muted small">{t('replay.count', { number: formatCount(shown.length, language) })}</span>
          </div>
          <ProofOf events={events} />
          <div className={styles.actions}>
            <Button type="primary" loading={check.isPending} onClick={() => check.mutate(file)}>
              {t('replay.check')}
            </Button>
            <Button onClick={() => save(new Blob([file], { type: 'application/x-ndjson' }), `evidence-${id}.ndjson`)}>
              {t('replay.download')}
            </Button>
          </div>
          <p className="muted small">{t('replay.downloadHint')}</p>
          {check.error ? <LoadFailed error={check.error} compact /> : null}
          {check.data ? <Found checked={check.data} events={events} /> : null}
          <ol className={styles.list}>
            {shown.map((event, index) => (
              <Line key={index} event={event} checked={check.data} />
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

/** What may not be read is said not to be there, so that nobody learns of it by asking. */
const isClosed = (error: unknown): boolean => error instanceof FhirError && (error.status === 403 || error.status === 404) && !wantsProof(error);

function Closed() {
  const { t } = useTranslation('supervision');
  return <Alert type="warning" role="alert" title={t('replay.closed')} description={<Link to="/cases">{t('replay.askCase')}</Link>} />;
}

/** Whether all of it holds, in a sentence for each kind of proof, and what each means. */
function ProofOf({ events }: { events: ReplayEvent[] }) {
  const { t } = useTranslation('supervision');
  const of = (type: EventType) => events.filter((event) => event.type === type);
  const [signatures, requests] = [of('signature'), of('request')];
  const wrong = signatures.filter(({ holds }) => !holds).length + requests.filter(({ proof, holds }) => proof !== undefined && !holds).length;
  return (
    <>
      <p>
        <StatusTag tone={wrong > 0 ? 'bad' : 'good'}>{wrong > 0 ? t('replay.wrong', { count: wrong }) : t('replay.right')}</StatusTag>
      </p>
      <p>
        {t('replay.sums', {
          signatures: signatures.length,
          valid: signatures.filter(({ holds }) => holds).length,
          requests: requests.length,
          sealed: requests.filter(({ holds }) => holds).length,
          versions: of('version').length,
        })}
      </p>
      <details>
        <summary>{t('replay.meaning')}</summary>
        <dl className={styles.meanings}>
          {(['valid', 'sealed', 'digest', 'listed'] as const).map((one) => (
            <div key={one}>
              <dt>{t(`replay.means.${one}.name`)}</dt>
              <dd className="muted">{t(`replay.means.${one}.text`)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

/** What this browser found in the evidence file by itself. */
function Found({ checked, events }: { checked: Checked; events: ReplayEvent[] }) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const missing = events.filter(({ line }) => line === undefined || !checked.intact.has(line)).length;
  const isWhole = checked.signed && checked.altered.size === 0 && checked.badSeals === 0 && missing === 0;
  return (
    <div role="status" className={styles.found}>
      <StatusTag tone={isWhole ? 'good' : 'bad'}>{t(isWhole ? 'replay.checked' : 'replay.unchecked')}</StatusTag>
      <ul>
        <li>{checked.altered.size > 0 ? t('replay.altered', { lines: [...checked.altered].slice(0, 20).join(', ') }) : t('replay.lines', { number: formatCount(checked.intact.size, language) })}</li>
        <li>{t(checked.signed ? 'replay.signed' : 'replay.unsigned', { when: formatMoment(checked.made, language) })}</li>
        <li>{checked.badSeals > 0 ? t('replay.badSeals', { count: checked.badSeals }) : t('replay.seals', { number: formatCount(checked.seals, language) })}</li>
        {missing > 0 ? <li>{t('replay.missing', { count: missing })}</li> : null}
      </ul>
      {checked.certificate ? (
        <p className="small">
          {t('replay.certificate')} <span className={styles.mono}>{checked.certificate}</span>
        </p>
      ) : null}
    </div>
  );
}

function Line({ event, checked }: { event: ReplayEvent; checked: Checked | undefined }) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  return (
    <li>
      <div className={styles.event}>
        <span className="muted small">{formatMoment(event.at, language)}</span>
        <div>
          <span className={styles.tags}>
            <strong>{t(`replay.types.${event.type}`)}</strong>
            {[event.act ? t(`replay.acts.${event.act as 'read'}`, { defaultValue: event.act }) : undefined, event.operation ? `$${event.operation}` : undefined, event.status ? t(`replay.statuses.${event.status as 'final'}`, { defaultValue: event.status }) : undefined].filter(Boolean).join(' · ')}
          </span>
          <p className={styles.mono}>{[event.what, event.about].filter(Boolean).join(' → ')}</p>
          {event.who ? <p className="muted small">{[event.who, event.role ? t(`replay.roles.${event.role as 'resident'}`, { defaultValue: event.role }) : undefined].filter(Boolean).join(' · ')}</p> : null}
        </div>
        <div className={styles.proof}>
          <Proof event={event} />
          {checked ? checked.signed && checked.intact.has(event.line ?? '') ? <StatusTag tone="good">{t('replay.listed')}</StatusTag> : <StatusTag tone="bad">{t('replay.unlisted')}</StatusTag> : null}
        </div>
      </div>
    </li>
  );
}

function Proof({ event: { type, proof, holds, place } }: { event: ReplayEvent }) {
  const { t } = useTranslation('supervision');
  switch (type) {
    case 'signature':
      return holds ? <StatusTag tone="good">{t('replay.valid')}</StatusTag> : <StatusTag tone="bad">{t('replay.invalid', { verdict: proof })}</StatusTag>;
    case 'request':
      return (
        <>
          {proof === undefined ? <StatusTag>{t('replay.unsealed')}</StatusTag> : holds ? <StatusTag tone="good">{t('replay.sealed', { number: proof.replace('seal ', '') })}</StatusTag> : <StatusTag tone="bad">{t('replay.broken')}</StatusTag>}
          <span className={`muted ${styles.mono}`}>{t('replay.place', { place })}</span>
        </>
      );
    case 'version':
      return proof === undefined ? null : <span className={`muted ${styles.mono}`}>{t('replay.digest', { digest: proof.slice(0, 16) })}</span>;
    default:
      return null;
  }
}
