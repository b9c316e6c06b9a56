import { Button } from 'antd';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { FhirError } from '../../shared/fhir/client';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import notes from '../notes/Notes.module.css';
import styles from './Opening.module.css';
import { DAYS, useOpening, usePreview, useSaveOpening, WAYS, type Closed, type Day, type OfDay, type Opening as Told, type Plan, type Span, type Standing } from './useOpening';

const PAUSE = 400;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** When the own pharmacy is open, on which days it is closed, and how drugs are had from it. */
export function Opening() {
  const { t } = useTranslation('dispensing');
  const { data, error, refetch, isFetching } = useOpening();
  const [saved, setSaved] = useState('');
  return (
    <>
      <p className="muted">{t('opening.lead')}</p>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {data ? <Form key={data.version} told={data} saved={saved === data.version} onSaved={setSaved} again={() => void refetch()} reading={isFetching} /> : null}
    </>
  );
}

type FormProps = { told: Told; saved: boolean; onSaved: (version: string) => void; again: () => void; reading: boolean };

function Form({ told, saved, onSaved, again, reading }: FormProps) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const save = useSaveOpening(told);
  const [plan, setPlan] = useState(told.plan);
  const [asked, setAsked] = useState(false);
  const put = (change: Partial<Plan>) => setPlan((now) => ({ ...now, ...change }));
  const problem = problemOf(plan);
  const isChanged = JSON.stringify(plan) !== JSON.stringify(told.plan);
  const submit = () => {
    setAsked(true);
    if (!problem && !save.isPending && isChanged) save.mutate(plan, { onSuccess: ({ version }) => onSaved(version) });
  };
  useShortcuts([{ key: 'Ctrl+Enter', label: t('opening.save'), run: submit }]);
  return (
    <form
      className={styles.form}
      noValidate
      autoComplete="off"
      aria-label={t('tab.opening')}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Now told={told} plan={isChanged && !problem ? plan : undefined} isChanged={isChanged} />
      <fieldset className={`card ${styles.part}`}>
        <legend className="visually-hidden">{t('opening.week')}</legend>
        <h2 aria-hidden="true">{t('opening.week')}</h2>
        {DAYS.map((day) => (
          <OneDay key={day} day={day} hours={plan.week[day]} asked={asked} put={(hours) => put({ week: { ...plan.week, [day]: hours } })} />
        ))}
        <div>
          <Button onClick={() => put({ week: Object.fromEntries(DAYS.map((day) => [day, copyOf(plan.week.mon)])) as Record<Day, OfDay> })}>{t('opening.likeMonday')}</Button>
        </div>
      </fieldset>
      <fieldset className={`card ${styles.part}`}>
        <legend className="visually-hidden">{t('opening.closed')}</legend>
        <h2 aria-hidden="true">{t('opening.closed')}</h2>
        {plan.closed.length === 0 ? <p className="muted">{t('opening.closedNone')}</p> : null}
        {plan.closed.map((one, index) => (
          <OneClosed
            key={index}
            closed={one}
            asked={asked}
            put={(change) => put({ closed: plan.closed.map((other, at) => (at === index ? { ...other, ...change } : other)) })}
            remove={() => put({ closed: plan.closed.filter((_, at) => at !== index) })}
          />
        ))}
        <div>
          <Button onClick={() => put({ closed: [...plan.closed, { description: '', start: '', end: '' }] })}>{t('opening.closedAdd')}</Button>
        </div>
      </fieldset>
      <div className={`card ${styles.part} ${styles.pair}`}>
        <fieldset className={styles.bare}>
          <legend>{t('opening.ways')}</legend>
          {WAYS.map((way) => (
            <label key={way} className={styles.check}>
              <input type="checkbox" checked={plan.ways.includes(way)} onChange={(event) => put({ ways: WAYS.filter((one) => (one === way ? event.target.checked : plan.ways.includes(one))) })} />
              {t(`way.${way}`)}
            </label>
          ))}
        </fieldset>
        <div>
          <label className={styles.label} htmlFor={`${id}-telephone`}>
            {t('opening.telephone')}
          </label>
          <input id={`${id}-telephone`} className={notes.field} type="tel" maxLength={24} value={plan.telephone} onChange={(event) => put({ telephone: event.target.value })} />
        </div>
      </div>
      <p role="alert" className={styles.problem}>
        {asked && problem ? t(`opening.wrong.${problem}`) : ''}
      </p>
      {save.error ? <LoadFailed error={save.error} compact /> : null}
      <div className={styles.foot}>
        <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!isChanged}>
          {t('opening.save')}
        </Button>
        <kbd className={keys['key']}>Ctrl+Enter</kbd>
        {save.error instanceof FhirError && save.error.status === 412 ? (
          <Button loading={reading} onClick={again}>
            {t('opening.again')}
          </Button>
        ) : null}
        <span role="status" className="muted small">
          {saved && !isChanged ? t('opening.saved') : ''}
        </span>
      </div>
    </form>
  );
}

const copyOf = ({ allDay, spans }: OfDay): OfDay => ({ allDay, spans: spans.map((span) => ({ ...span })) });
const isWhole = ({ start, end }: Span) => start !== '' && end !== '' && start !== end;
/** A time of a day that a system has said is not edited here, but kept. */
const isTimed = ({ start, end }: Closed) => start.includes('T') || end.includes('T');
const isSaid = ({ description }: Closed) => [...description.trim()].length >= 2;
const isInOrder = (one: Closed) => isTimed(one) || (DAY.test(one.start) && DAY.test(one.end) && one.start <= one.end);

/** What the page sees by itself; the rest the platform says. */
function problemOf({ week, closed, ways }: Plan): 'times' | 'reason' | 'days' | 'way' | undefined {
  if (DAYS.some((day) => !week[day].allDay && !week[day].spans.every(isWhole))) return 'times';
  if (!closed.every(isSaid)) return 'reason';
  if (!closed.every(isInOrder)) return 'days';
  return ways.length === 0 ? 'way' : undefined;
}

/** Open or closed at this moment: as saved, and as it would be by what is typed. */
function Now({ told, plan, isChanged }: { told: Told; plan: Plan | undefined; isChanged: boolean }) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const [tried, setTried] = useState<Plan>();
  useEffect(() => {
    const soon = setTimeout(() => setTried(plan), PAUSE);
    return () => clearTimeout(soon);
  }, [plan]);
  const preview = usePreview(told.id, tried);
  return (
    <section className={`card ${styles.now}`} aria-labelledby={id}>
      <h2 id={id}>{told.name}</h2>
      <p>
        <span className="muted">{t('opening.now')}</span> <Says standing={told} />
      </p>
      {isChanged && plan ? (
        <div role="status">
          <span className="muted">{t('opening.then')}</span> {preview.error ? null : preview.data ? <Says standing={preview.data} /> : <span className="muted">…</span>}
          {preview.error ? <LoadFailed error={preview.error} compact /> : null}
        </div>
      ) : null}
    </section>
  );
}

function Says({ standing: { open, changes } }: { standing: Standing }) {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  if (open === undefined) return <StatusTag tone="warning">{t('opening.unsaid')}</StatusTag>;
  const when = formatMoment(changes, language);
  return (
    <>
      <StatusTag tone={open ? 'good' : 'plain'}>{t(open ? 'opening.isOpen' : 'opening.isClosed')}</StatusTag> <span>{when ? t(open ? 'opening.closes' : 'opening.opens', { when }) : t(open ? 'opening.closesNever' : 'opening.opensNever')}</span>
    </>
  );
}

function OneDay({ day, hours, asked, put }: { day: Day; hours: OfDay; asked: boolean; put: (hours: OfDay) => void }) {
  const { t } = useTranslation('dispensing');
  const name = t(`opening.day.${day}`);
  const change = (index: number, span: Partial<Span>) => put({ ...hours, spans: hours.spans.map((one, at) => (at === index ? { ...one, ...span } : one)) });
  return (
    <div className={styles.day} role="group" aria-label={name}>
      <strong>{name}</strong>
      <label className={styles.check}>
        <input type="checkbox" checked={hours.allDay} onChange={(event) => put({ ...hours, allDay: event.target.checked })} />
        {t('opening.allDay')}
      </label>
      {hours.allDay ? null : (
        <div className={styles.spans}>
          {hours.spans.length === 0 ? <span className="muted">{t('opening.rests')}</span> : null}
          {hours.spans.map((span, index) => (
            <span key={index} className={styles.span}>
              <input className={notes.field} type="time" aria-label={t('opening.from', { day: name })} aria-invalid={asked && !isWhole(span)} value={span.start} onChange={(event) => change(index, { start: event.target.value })} />
              <span aria-hidden="true">–</span>
              <input className={notes.field} type="time" aria-label={t('opening.to', { day: name })} aria-invalid={asked && !isWhole(span)} value={span.end} onChange={(event) => change(index, { end: event.target.value })} />
              {isWhole(span) && span.end < span.start ? <span className="muted small">{t('opening.overNight')}</span> : null}
              <Button type="text" aria-label={t('opening.spanRemove', { day: name, number: index + 1 })} onClick={() => put({ ...hours, spans: hours.spans.filter((_, at) => at !== index) })}>
                ✕
              </Button>
            </span>
          ))}
          <Button size="small" aria-label={t('opening.spanAddOf', { day: name })} onClick={() => put({ ...hours, spans: [...hours.spans, hours.spans.length === 0 ? { start: '08:00', end: '20:00' } : { start: '', end: '' }] })}>
            {t('opening.spanAdd')}
          </Button>
        </div>
      )}
    </div>
  );
}

function OneClosed({ closed, asked, put, remove }: { closed: Closed; asked: boolean; put: (change: Partial<Closed>) => void; remove: () => void }) {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  const id = useId();
  const wrong = asked && !isInOrder(closed);
  return (
    <div className={styles.closed} role="group" aria-label={closed.description || t('opening.closed')}>
      <div className={styles.why}>
        <label className={styles.label} htmlFor={`${id}-why`}>
          {t('opening.reason')}
        </label>
        <input id={`${id}-why`} className={notes.field} maxLength={100} autoFocus={closed.description === '' && closed.start === ''} aria-invalid={asked && !isSaid(closed)} value={closed.description} onChange={(event) => put({ description: event.target.value })} />
      </div>
      {isTimed(closed) ? (
        <p className={styles.timed}>{[closed.start, closed.end].map((edge) => formatMoment(edge, language)).join(' – ')}</p>
      ) : (
        (['start', 'end'] as const).map((edge) => (
          <div key={edge}>
            <label className={styles.label} htmlFor={`${id}-${edge}`}>
              {t(`opening.${edge}`)}
            </label>
            <input id={`${id}-${edge}`} className={notes.field} type="date" aria-invalid={wrong} value={closed[edge]} onChange={(event) => put({ [edge]: event.target.value, ...(edge === 'start' && closed.end === '' ? { end: event.target.value } : {}) })} />
          </div>
        ))
      )}
      <Button type="text" aria-label={t('opening.closedRemove', { reason: closed.description })} onClick={remove}>
        ✕
      </Button>
    </div>
  );
}
