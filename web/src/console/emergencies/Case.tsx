import '../operationTexts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Button, Input, Radio } from 'antd';
import { useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import type { Access } from '../../shared/fhir/accesses';
import type { Emergency } from '../../shared/fhir/emergencies';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage, useTypeName } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import type { Role } from '../useRole';
import { StateTag } from './EmergenciesPage';
import styles from './Emergencies.module.css';
import { useEvidence, useStep } from './useEmergencies';

/** The API asks for as many characters of a reason. */
export const LEAST = 5;

/** To the case that was chosen, where it stands below the list instead of beside it. */
export function showCase(): void {
  if (matchMedia('(max-width: 900px)').matches) document.getElementById('case')?.scrollIntoView();
}

/** One access: who, why, what was looked at; and the step that the reader may take. */
export function Case({ emergency, practitioner, institution, role }: { emergency: Emergency; practitioner: string; institution: string; role: Role | undefined }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const { start, end, reason, statement, note, patient, state } = emergency;
  const facts: [string, string | undefined][] = [
    [t('emergencies.who'), `${practitioner} · ${institution}`],
    [t('emergencies.whose'), patient],
    [t('emergencies.when'), `${formatMoment(start, language)} – ${formatTime(end)}`],
    [t('emergencies.reason'), reason],
    [t('emergencies.statement'), statement ?? t('emergencies.noStatement')],
    ...(note ? [[t('emergencies.note'), note] as [string, string]] : []),
  ];
  return (
    <section id="case" className={`card ${styles.case}`} aria-label={t('emergencies.case')}>
      <div className={styles.itemHead}>
        <h2>{t('emergencies.case')}</h2>
        <StateTag emergency={emergency} />
      </div>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Evidence title={t('emergencies.evidence')} evidence={useEvidence(emergency)} />
      {state !== 'reviewed' && (role === 'regulator' || role === 'root') ? <Decide emergency={emergency} /> : null}
      {state === 'opened' && role === 'practitioner' ? <Justify emergency={emergency} /> : null}
    </section>
  );
}

/** What was looked at, as the audit has it. `long`: over days, so that a time needs its day. */
export function Evidence({ title, evidence, long = false }: { title: string; evidence: UseQueryResult<{ accesses: Access[]; partial: boolean }>; long?: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const deed = useDeed();
  return (
    <div className={styles.evidence}>
      <h3>{title}</h3>
      {evidence.data === undefined ? (
        evidence.error ? (
          <LoadFailed error={evidence.error} onRetry={() => void evidence.refetch()} compact />
        ) : (
          <LoadingLines rows={4} />
        )
      ) : evidence.data.accesses.length === 0 ? (
        <NothingHere title={t('emergencies.nothingSeen')} />
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className="data">
            <thead>
              <tr>
                <th>{t('emergencies.time')}</th>
                <th>{t('emergencies.deed')}</th>
                <th className="number">{t('emergencies.count')}</th>
                <th>{t('emergencies.outcome')}</th>
              </tr>
            </thead>
            <tbody>
              {evidence.data.accesses.map((access) => (
                <tr key={access.id}>
                  <td className={styles.time}>{long ? formatMoment(access.at, language) : formatTime(access.at)}</td>
                  <td>{deed(access)}</td>
                  <td className="number">{access.count}</td>
                  <td>{access.refused ? <StatusTag tone="bad">{t('audit.refused')}</StatusTag> : t('audit.done')}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {evidence.data.partial ? <p className="muted small">{t('emergencies.partial')}</p> : null}
        </div>
      )}
    </div>
  );
}

/** `查询 检验与检查`: the interaction and what it was about; an operation by what it does, or where we have no word by its name. */
export function useDeed(): (access: Access) => string {
  const { t } = useTranslation(['console', 'operations']);
  const typeName = useTypeName();
  return ({ interaction, operation, type }) => {
    const what = type ? typeName(type) : '';
    if (interaction === 'operation') return t(`operations:${operation as 'review'}`, { defaultValue: [`$${operation ?? ''}`, what].filter(Boolean).join(' ') });
    return [t(`audit.interaction.${interaction as 'other'}`, { defaultValue: interaction }), what].filter(Boolean).join(' ');
  };
}

/** A text that the API wants to be long enough to mean something; what is typed stays when it is refused. */
export function Reason({ label, value, problem, onChange }: { label: string; value: string; problem: string | undefined; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <Input.TextArea id={id} value={value} rows={3} maxLength={2000} aria-invalid={problem !== undefined} aria-describedby={`${id}-problem`} {...(problem ? { status: 'error' as const } : {})} onChange={(event) => onChange(event.target.value)} />
      <p id={`${id}-problem`} role="alert" className={styles.problem}>
        {problem}
      </p>
    </div>
  );
}

function Decide({ emergency: { id, state } }: { emergency: Emergency }) {
  const { t } = useTranslation('console');
  const step = useStep();
  const [decision, setDecision] = useState<'justified' | 'misuse'>();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const short = note.trim().length < LEAST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (decision !== undefined && !short) step.mutate({ id, step: 'review', decision, note: note.trim() });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <h3>{t('emergencies.decide')}</h3>
      <Radio.Group aria-label={t('emergencies.decide')} value={decision} onChange={(event) => setDecision(event.target.value as 'justified' | 'misuse')}>
        <Radio value="justified" disabled={state === 'opened'}>
          {t('emergencies.decision.justified')}
        </Radio>
        <Radio value="misuse">{t('emergencies.decision.misuse')}</Radio>
      </Radio.Group>
      {state === 'opened' ? <p className="muted small">{t('emergencies.unjustified')}</p> : null}
      {decision === 'misuse' ? <p className="muted small">{t('emergencies.misuseHint')}</p> : null}
      {tried && decision === undefined ? (
        <p role="alert" className={styles.problem}>
          {t('emergencies.chooseDecision')}
        </p>
      ) : null}
      <Reason label={t('emergencies.noteLabel')} value={note} problem={tried && short ? t('emergencies.tooShort', { least: LEAST }) : undefined} onChange={setNote} />
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <Button type="primary" htmlType="submit" loading={step.isPending}>
        {t('emergencies.submitDecision')}
      </Button>
    </form>
  );
}

function Justify({ emergency: { id } }: { emergency: Emergency }) {
  const { t } = useTranslation('console');
  const step = useStep();
  const [statement, setStatement] = useState('');
  const [tried, setTried] = useState(false);
  const short = statement.trim().length < LEAST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!short) step.mutate({ id, step: 'justify', statement: statement.trim() });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <h3>{t('emergencies.justify')}</h3>
      <p className="muted small">{t('emergencies.justifyHint')}</p>
      <Reason label={t('emergencies.statementLabel')} value={statement} problem={tried && short ? t('emergencies.tooShort', { least: LEAST }) : undefined} onChange={setStatement} />
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <Button type="primary" htmlType="submit" loading={step.isPending}>
        {t('emergencies.submitStatement')}
      </Button>
    </form>
  );
}
