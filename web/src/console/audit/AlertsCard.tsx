import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import type { Parameters } from 'fhir/r4';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get, operate } from '../../shared/fhir/client';
import { useNames } from '../../shared/fhir/names';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Audit.module.css';

/** A sentence of this many characters is what the API takes. */
const LEAST = 5;

type Alert = { id: string; kind: string; state: string; caller: string; role: string; institution: string | undefined; hour: string | undefined; count: number; usual: number; note: string | undefined };

/** Steps that a state allows; the API decides. */
const STEPS: Record<string, ('triage' | 'contain' | 'close')[]> = { detected: ['triage', 'close'], triaged: ['contain', 'close'], contained: ['close'], closed: [] };

const useAlerts = () =>
  useQuery({
    queryKey: ['alerts'],
    queryFn: async ({ signal }): Promise<Alert[]> =>
      repetitionsOf(await get<Parameters>('AuditEvent/$alerts?_count=100', signal), 'alert').map((part) => ({
        id: part.text('id') ?? '',
        kind: part.text('kind') ?? '',
        state: part.text('state') ?? 'detected',
        caller: part.text('caller') ?? '',
        role: part.text('role') ?? '',
        institution: part.reference('institution')?.reference,
        hour: part.text('hour'),
        count: part.number('count') ?? 0,
        usual: part.number('usual') ?? 0,
        note: part.text('note'),
      })),
    refetchInterval: 60_000,
  });

/** Unusual access, as the platform found it: a question, not a verdict. What is open stands first. */
export function AlertsCard() {
  const { t } = useTranslation('console');
  const alerts = useAlerts();
  const names = useNames((alerts.data ?? []).map(({ institution }) => institution));
  const open = alerts.data?.filter(({ state }) => state !== 'closed') ?? [];
  const closed = alerts.data?.filter(({ state }) => state === 'closed') ?? [];
  return (
    <section className={`card ${styles.card}`} aria-labelledby="alerts">
      <div className={styles.cardHead}>
        <h2 id="alerts">{t('alerts.title')}</h2>
        {alerts.data ? open.length > 0 ? <StatusTag tone="alert">{t('alerts.open', { count: open.length })}</StatusTag> : <StatusTag tone="good">{t('alerts.noneOpen')}</StatusTag> : null}
      </div>
      {alerts.data === undefined ? (
        alerts.error ? (
          <LoadFailed error={alerts.error} onRetry={() => void alerts.refetch()} compact />
        ) : (
          <LoadingLines rows={3} />
        )
      ) : alerts.data.length === 0 ? (
        <NothingHere title={t('alerts.none')}>{t('alerts.noneHint')}</NothingHere>
      ) : (
        <ul className={styles.alerts}>
          {[...open, ...closed].map((alert) => (
            <Line key={alert.id} alert={alert} institution={alert.institution ? (names.get(alert.institution) ?? alert.institution) : ''} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ alert: { id, kind, state, caller, role, hour, count, usual, note }, institution }: { alert: Alert; institution: string }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const client = useQueryClient();
  const [typed, setTyped] = useState<string>();
  const handle = useMutation({
    mutationFn: (step: string) => operate<Parameters>('AuditEvent/$handle-alert', { id, step, note: typed?.trim() ?? '' }),
    onSuccess: () => setTyped(undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
  const short = (typed?.trim().length ?? 0) < LEAST;
  const label = t('alerts.note');
  return (
    <li>
      <div className={styles.cardHead}>
        <strong>{t(`alerts.kinds.${kind as 'night'}`, { defaultValue: kind })}</strong>
        <StatusTag tone={state === 'closed' ? 'plain' : state === 'detected' ? 'alert' : 'running'}>{t(`alerts.states.${state as 'closed'}`, { defaultValue: state })}</StatusTag>
      </div>
      <p>
        {[t(`shell.role.${role as 'system'}`, { defaultValue: role }), institution, caller].filter(Boolean).join(' · ')}
      </p>
      <p className="muted">{t('alerts.figures', { when: formatMoment(hour, language), number: formatCount(count, language), usual: formatCount(Math.round(usual), language) })}</p>
      {note ? <p>{t('alerts.said', { note })}</p> : null}
      {(STEPS[state] ?? []).length === 0 ? null : typed === undefined ? (
        <Button size="small" onClick={() => setTyped('')}>
          {t('alerts.handle')}
        </Button>
      ) : (
        <form className={styles.handle} onSubmit={(event: FormEvent) => event.preventDefault()}>
          <Input aria-label={label} placeholder={label} value={typed} maxLength={200} onChange={(event) => setTyped(event.target.value)} />
          {handle.error ? <LoadFailed error={handle.error} compact /> : null}
          <span className={styles.filters}>
            {(STEPS[state] ?? []).map((step) => (
              <Button key={step} size="small" disabled={short} loading={handle.isPending && handle.variables === step} onClick={() => handle.mutate(step)}>
                {t(`alerts.steps.${step}`)}
              </Button>
            ))}
            <Button size="small" type="text" onClick={() => setTyped(undefined)}>
              {t('alerts.notNow')}
            </Button>
          </span>
        </form>
      )}
    </li>
  );
}
