import { Button, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { Field, Pick, Reason, Text, useProblems } from './Fields';
import { Handle } from './Handle';
import styles from './Registry.module.css';
import { ALLIANCE_KINDS, useAlliances, useStep, type AllianceState, type Membership } from './useRegistry';

const TONES: Record<AllianceState, Tone> = { proposed: 'alert', active: 'good', ended: 'plain' };

/** 医联体: by leading institution and kind; who joins is proposed, let begin, and ended here. */
export function Alliances({ mayPropose }: { mayPropose: boolean }) {
  const { t } = useTranslation('console');
  const alliances = useAlliances();
  const [proposes, setProposes] = useState(false);
  const groups = new Map<string, Membership[]>();
  for (const one of alliances.data ?? []) {
    const key = `${one.lead}|${one.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return (
    <>
      {!mayPropose ? null : proposes ? (
        <Proposal onDone={() => setProposes(false)} />
      ) : (
        <div>
          <Button type="primary" onClick={() => setProposes(true)}>
            {t('registry.propose')}
          </Button>
        </div>
      )}
      {alliances.data === undefined ? (
        <div className="card">{alliances.error ? <LoadFailed error={alliances.error} onRetry={() => void alliances.refetch()} /> : <LoadingLines rows={6} />}</div>
      ) : groups.size === 0 ? (
        <div className="card">
          <NothingHere title={t('registry.noAlliances')}>{t('registry.noAlliancesHint')}</NothingHere>
        </div>
      ) : (
        [...groups].map(([key, members]) => <AllianceCard key={key} members={members} />)
      )}
    </>
  );
}

function AllianceCard({ members }: { members: Membership[] }) {
  const { t } = useTranslation(['console', 'codes']);
  const [open, setOpen] = useState<string>();
  const first = members[0];
  if (first === undefined) return null;
  return (
    <section className={`card ${styles.panel}`} aria-label={first.lead}>
      <h2>{[t(`codes:allianceKind.${first.kind as 'urban-group'}`, { defaultValue: first.kind || t('registry.alliance') }), `${t('registry.leader')} ${first.lead}`].join(' · ')}</h2>
      <ul className={styles.units} aria-label={t('registry.member')}>
        {members.map((one) => (
          <li key={one.id}>
            <div className={styles.membership}>
              <span className={styles.tags}>
                <span>{one.member}</span>
                <StatusTag tone={TONES[one.state]}>{t(`codes:allianceState.${one.state}`)}</StatusTag>
                <span className="muted small">{one.end ? t('registry.untilDay', { day: one.end }) : one.start ? t('registry.since', { day: one.start }) : ''}</span>
              </span>
              <Button size="small" aria-expanded={open === one.id} aria-label={t(open === one.id ? 'registry.closeOf' : 'registry.handleOf', { name: one.member })} onClick={() => setOpen(open === one.id ? undefined : one.id)}>
                {t(open === one.id ? 'registry.close' : 'registry.handle')}
              </Button>
            </div>
            {open === one.id ? <Handle of={`OrganizationAffiliation/${one.id}`} may={one.may} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Proposal({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(['console', 'codes']);
  const propose = useStep();
  const [lead, setLead] = useState<string>();
  const [member, setMember] = useState<string>();
  const [values, setValues] = useState({ kind: '', start: '', reason: '' });
  const problems = useProblems(propose.error, ['lead', 'member', 'kind', 'start', 'reason']);
  const put = (name: keyof typeof values) => (value: string) => setValues({ ...values, [name]: value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problems.check({ lead, member, kind: values.kind, reason: values.reason }) || lead === undefined || member === undefined) return;
    propose.mutate(
      { of: 'OrganizationAffiliation', step: 'propose', values: { lead, member, kind: values.kind, reason: values.reason.trim(), ...(values.start === '' ? {} : { start: values.start }) } },
      { onSuccess: onDone },
    );
  };
  return (
    <form className={`card ${styles.form}`} aria-label={t('registry.propose')} onSubmit={submit} noValidate autoComplete="off">
      <h2>{t('registry.propose')}</h2>
      <div className={styles.fields}>
        <Field label={t('registry.leader')} problem={problems.of('lead')}>
          {(wiring) => <Pick type="Organization" institutions value={lead} onChange={setLead} wiring={wiring} />}
        </Field>
        <Field label={t('registry.member')} problem={problems.of('member')}>
          {(wiring) => <Pick type="Organization" institutions value={member} onChange={setMember} wiring={wiring} />}
        </Field>
        <Field label={t('registry.allianceKind')} problem={problems.of('kind')}>
          {(wiring) => <Select {...wiring} value={values.kind || null} options={ALLIANCE_KINDS.map((value) => ({ value, label: t(`codes:allianceKind.${value}`) }))} onChange={(value: string | null) => put('kind')(value ?? '')} />}
        </Field>
        <Field label={t('registry.start')} hint={t('registry.startHint')} problem={problems.of('start')}>
          {(wiring) => <Text date value={values.start} onChange={put('start')} wiring={wiring} />}
        </Field>
      </div>
      <Field label={t('registry.reason')} problem={problems.of('reason')}>
        {(wiring) => <Reason value={values.reason} onChange={put('reason')} wiring={wiring} />}
      </Field>
      {problems.rest ? <LoadFailed error={problems.rest} compact /> : null}
      <div className={styles.buttons}>
        <Button type="primary" htmlType="submit" loading={propose.isPending}>
          {t('registry.proposeNow')}
        </Button>
        <Button onClick={onDone}>{t('cases.cancel')}</Button>
      </div>
    </form>
  );
}
