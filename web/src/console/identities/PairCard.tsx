import { Button, Input, Radio } from 'antd';
import { useEffect, useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { nameOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import { runsPlatform, useRole } from '../useRole';
import { isMasked, LINES, percentOf, ruleOf, signed, speaksAgainst, speaksFor } from './compare';
import { LineValue, useEvidenceWords, Weight } from './Facts';
import styles from './Identities.module.css';
import { useDecide, usePair, usePreview, type Pair, type Side } from './useIdentities';

export type Choice = 'same' | 'not-same' | 'postpone';
export type Taken = { review: Pair; decision: Choice; until: string | undefined };

const CHOICES: Choice[] = ['same', 'not-same', 'postpone'];
const DAYS = ['1', '7', '30'] as const;
/** The API takes no shorter reason. */
const LEAST = 2;

/** One pair: both records side by side, what speaks for and against, and what is decided. */
export function PairCard({ review, onTaken }: { review: string; onTaken: (taken: Taken) => void }) {
  const { t } = useTranslation('console');
  const pair = usePair(review);
  if (pair.data === undefined) return <section className="card">{pair.error ? <LoadFailed error={pair.error} onRetry={() => void pair.refetch()} /> : <LoadingLines rows={12} />}</section>;
  if (pair.data === null)
    return (
      <section className="card">
        <NothingHere title={t('identities.nothing')} />
      </section>
    );
  return <Card pair={pair.data} onTaken={onTaken} />;
}

function Card({ pair, onTaken }: { pair: Pair; onTaken: (taken: Taken) => void }) {
  const { t } = useTranslation('console');
  const masked = pair.sides.some(({ patient }) => patient && isMasked(patient));
  return (
    <section id="case" className={`card ${styles.card}`} aria-labelledby="pair">
      <div className={styles.head}>
        <h2 id="pair" tabIndex={-1}>
          {pair.sides.map(({ patient }) => (patient && nameOf(patient)) ?? t('residents.unnamed')).join(' ↔ ')}
        </h2>
        <StatusTag tone={pair.state === 'open' ? 'alert' : pair.state === 'postponed' ? 'warning' : 'plain'}>{t(`identities.states.${pair.state as 'open'}`, { defaultValue: pair.state })}</StatusTag>
      </div>
      <p>{pair.reason === '' ? t('identities.ofOwn') : pair.reason === 'possible' && ruleOf(pair.evidence) ? t('identities.why.held') : t(`identities.why.${pair.reason as 'possible'}`, { defaultValue: pair.reason })}</p>
      <Sum pair={pair} />
      <Compare pair={pair} />
      {masked ? <p className="muted small">{t('identities.masked')}</p> : null}
      <Assign pair={pair} />
      {pair.ruling ? <Ruled pair={pair} /> : pair.state === 'settled' ? <p>{t('identities.settled')}</p> : <Decide pair={pair} onTaken={onTaken} />}
    </section>
  );
}

/** In one glance: how likely, what speaks for it, what against. */
function Sum({ pair }: { pair: Pair }) {
  const { t } = useTranslation('console');
  const words = useEvidenceWords();
  const rule = ruleOf(pair.evidence);
  const sides = [
    { name: t('identities.for'), evidence: speaksFor(pair.evidence) },
    { name: t('identities.against'), evidence: speaksAgainst(pair.evidence) },
  ];
  return (
    <div className={styles.sum}>
      <p>
        {pair.probability === undefined
          ? t('identities.noComparison')
          : t('identities.judgement', { verdict: t(`identities.verdict.${pair.verdict as 'possible'}`, { defaultValue: pair.verdict ?? '' }), percent: percentOf(pair.probability), weight: signed(pair.weight) })}
      </p>
      {rule ? (
        <p>
          <strong>{t('identities.byRule')}</strong> {words({ field: 'rule', level: rule, weight: 0 })}
        </p>
      ) : null}
      {sides.map(({ name, evidence }) => (
        <div key={name}>
          <h3>{name}</h3>
          {evidence.length === 0 ? <p className="muted">{t('identities.nothingSpeaks')}</p> : null}
          <ul>
            {evidence.map((one) => (
              <li key={one.field}>{words(one)}</li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Compare({ pair }: { pair: Pair }) {
  const { t } = useTranslation('console');
  const prior = pair.evidence.find(({ field }) => field === 'prior');
  return (
    <table className={styles.compare} aria-label={t('identities.compare')}>
      <thead>
        <tr>
          <td className={styles.corner} />
          {pair.sides.map((side, index) => (
            <Head key={side.id} side={side} letter={'AB'[index] ?? ''} />
          ))}
          <th scope="col" className={styles.judged}>
            {t('identities.evidence')}
          </th>
        </tr>
      </thead>
      <tbody>
        {LINES.map(({ line, fields }) => {
          const evidence = pair.evidence.filter(({ field }) => (fields as readonly string[]).includes(field));
          if (line === 'mother' && evidence.length === 0) return null;
          return (
            <tr key={line}>
              <th scope="row">{t(`identities.line.${line}`)}</th>
              {pair.sides.map((side) => (
                <td key={side.id}>
                  <LineValue patient={side.patient} line={line} numbers={pair.numbers} />
                </td>
              ))}
              <td className={styles.judged}>
                {evidence.length === 0 ? (
                  <span className="muted">{t('identities.noEvidence')}</span>
                ) : (
                  <ul className={styles.evidence}>
                    {evidence.map(({ field, level, weight }) => (
                      <li key={field}>
                        <span>
                          {fields.length > 1 ? `${t(`identities.field.${field as 'given'}`, { defaultValue: field })} · ` : ''}
                          {t(`identities.level.${field as 'given'}.${level as 'exact'}`, { defaultValue: level })}
                        </span>
                        <Weight weight={weight} />
                      </li>
                    ))}
                  </ul>
                )}
              </td>
            </tr>
          );
        })}
        {prior ? (
          <tr>
            <th scope="row">{t('identities.line.prior')}</th>
            <td colSpan={2}>{t(`identities.prior.${prior.level as 'household'}`, { defaultValue: prior.level })}</td>
            <td className={styles.judged}>
              <Weight weight={prior.weight} />
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

/** Who sent it, and when. */
function Head({ side, letter }: { side: Side; letter: string }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const institution = side.patient?.managingOrganization;
  const names = useNames([institution?.reference]);
  return (
    <th scope="col">
      <strong>{t('identities.record', { letter })}</strong>
      <br />
      {names.get(institution?.reference ?? '') ?? institution?.display ?? t('identities.noInstitution')}
      <br />
      <span className="muted small">{side.patient?.meta?.lastUpdated ? t('identities.updated', { when: formatMoment(side.patient.meta.lastUpdated, language) }) : null}</span>
      <br />
      <Link to={`/identities/persons/${encodeURIComponent(side.id)}`} className="small">
        {t('identities.person')}
      </Link>
    </th>
  );
}

function Assign({ pair }: { pair: Pair }) {
  const { t } = useTranslation('console');
  const decide = useDecide();
  const [name, setName] = useState(pair.assignee ?? '');
  if (pair.state === 'settled') return null;
  return (
    <form
      className={styles.row}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        decide.mutate({ review: pair.id, decision: 'assign', assignee: name.trim() });
      }}
    >
      <Input aria-label={t('identities.assignee')} placeholder={t('identities.assignee')} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} style={{ maxWidth: 220 }} />
      <Button htmlType="submit" loading={decide.isPending} disabled={name.trim() === (pair.assignee ?? '')}>
        {t(name.trim() === '' && pair.assignee ? 'identities.giveBack' : 'identities.assign')}
      </Button>
      {pair.assignee ? <span className="muted">{t('identities.with', { name: pair.assignee })}</span> : null}
      {decide.error ? <LoadFailed error={decide.error} compact /> : null}
    </form>
  );
}

/** A decision is chosen, what it does is said, and then it is taken. What is typed stays when it is refused. */
function Decide({ pair, onTaken }: { pair: Pair; onTaken: (taken: Taken) => void }) {
  const { t } = useTranslation('console');
  const id = useId();
  const decide = useDecide();
  const [choice, setChoice] = useState<Choice>();
  const [note, setNote] = useState('');
  const [days, setDays] = useState<(typeof DAYS)[number]>('7');
  const [tried, setTried] = useState(false);
  const short = choice !== 'postpone' && note.trim().length < LEAST;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target;
      if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLElement && /^(TEXTAREA|SELECT)$/.test(target.tagName)) || (target instanceof HTMLInputElement && target.type !== 'radio')) return;
      const chosen = CHOICES[Number(event.key) - 1];
      if (!chosen) return;
      event.preventDefault();
      setChoice(chosen);
      document.getElementById(`${id}-note`)?.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [id]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (choice === undefined || short) return;
    const until = choice === 'postpone' ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined;
    // By the promise: once the pair is read anew this form is gone, and with it what mutate would call.
    decide.mutateAsync({ review: pair.id, decision: choice, note: note.trim(), ...(until ? { until } : {}) }).then(
      () => onTaken({ review: pair, decision: choice, until }),
      () => undefined, // Shown below.
    );
  };
  return (
    <form className={styles.form} aria-label={t('identities.decide')} onSubmit={submit} noValidate onKeyDown={(event) => event.key === 'Enter' && event.ctrlKey && submit(event)}>
      <h3>{t('identities.decide')}</h3>
      <Radio.Group aria-label={t('identities.decide')} value={choice} onChange={(event) => setChoice(event.target.value as Choice)}>
        {CHOICES.map((one, index) => (
          <Radio key={one} value={one}>
            {index + 1} · {t(`identities.decision.${one}`)}
          </Radio>
        ))}
      </Radio.Group>
      {choice ? <Does pair={pair} choice={choice} /> : null}
      {choice === 'postpone' ? (
        <Radio.Group aria-label={t('identities.until')} value={days} onChange={(event) => setDays(event.target.value as '7')}>
          {DAYS.map((one) => (
            <Radio key={one} value={one}>
              {t(`identities.days.${one}`)}
            </Radio>
          ))}
        </Radio.Group>
      ) : null}
      <div className={styles.field}>
        <label htmlFor={`${id}-note`}>{t(choice === 'postpone' ? 'identities.noteMay' : 'identities.note')}</label>
        <Input.TextArea id={`${id}-note`} value={note} rows={2} maxLength={500} {...(tried && short ? { status: 'error' as const } : {})} aria-invalid={tried && short} onChange={(event) => setNote(event.target.value)} />
      </div>
      {tried && (choice === undefined || short) ? (
        <p role="alert" style={{ color: 'var(--error)' }}>
          {t(choice === undefined ? 'identities.choose' : 'identities.giveReason')}
        </p>
      ) : null}
      {decide.error ? <LoadFailed error={decide.error} compact /> : null}
      <Button type="primary" htmlType="submit" loading={decide.isPending}>
        {choice ? t('identities.take', { decision: t(`identities.decision.${choice}`) }) : t('identities.takeNone')}
      </Button>
    </form>
  );
}

/** What the decision does, before it is taken; whether numbers speak against a union the platform itself is asked. */
function Does({ pair, choice }: { pair: Pair; choice: Choice }) {
  const { t } = useTranslation('console');
  const [one, other] = pair.sides;
  const role = useRole();
  // A clerk may not ask; what is wrong is said when it decides.
  const preview = usePreview(one.id, other.id, choice === 'same' && runsPlatform(role));
  const [a, b] = pair.persons;
  const together = a !== undefined && b !== undefined && a.id === b.id;
  const count = new Set([...(a?.members ?? [one.id]), ...(b?.members ?? [other.id])]).size;
  return (
    <>
      <p className={styles.does}>
        {choice === 'postpone'
          ? t('identities.does.postpone')
          : choice === 'same'
            ? t(together ? 'identities.does.sameAlready' : 'identities.does.same', { count })
            : t(together ? 'identities.does.notSameApart' : 'identities.does.notSame')}
      </p>
      {choice === 'same' && preview.data?.numbersDisagree ? (
        <p className={`${styles.does} ${styles.caution}`} role="alert">
          {t('identities.does.numbersDisagree')}
        </p>
      ) : null}
      {choice === 'same' && preview.error ? <LoadFailed error={preview.error} compact /> : null}
    </>
  );
}

/** What people said is in force; the way back needs a reason. */
function Ruled({ pair }: { pair: Pair }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const decide = useDecide();
  const [note, setNote] = useState('');
  const ruling = pair.ruling;
  if (!ruling) return null;
  return (
    <form
      className={styles.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (note.trim().length >= LEAST) decide.mutate({ patient: pair.sides[0].id, other: pair.sides[1].id, decision: 'reopen', note: note.trim() });
      }}
    >
      <p className={styles.does}>
        {t('identities.ruled', { says: t(`identities.decision.${ruling.says as 'same'}`, { defaultValue: ruling.says }), when: formatMoment(ruling.at, language), by: ruling.by ?? '', note: ruling.note ?? '' })}
      </p>
      {ruling.kind === 'review' ? (
        <>
          <div className={styles.field}>
            <label htmlFor="reopen">{t('identities.reopenNote')}</label>
            <Input id="reopen" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
          </div>
          {decide.error ? <LoadFailed error={decide.error} compact /> : null}
          <Button htmlType="submit" disabled={note.trim().length < LEAST} loading={decide.isPending}>
            {t('identities.reopen')}
          </Button>
        </>
      ) : (
        <p className="muted">{t('identities.ruledByMerge')}</p>
      )}
    </form>
  );
}
