import { Button, Checkbox, Input, Radio } from 'antd';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '../../shared/faces/Faces';
import { useErrorSentence } from '../../shared/faces/useErrorSentence';
import { useCodeName } from '../../shared/i18n/i18n';
import { LEAST, Reason } from '../emergencies/Case';
import emergencies from '../emergencies/Emergencies.module.css';
import styles from './Cases.module.css';
import { CATEGORIES, GROUNDS, isPseudonym, useAsk, usePseudonym } from './useCases';

const USUAL_HOURS = '72';
const MOST_HOURS = 720;

type Props = { pseudonym: string; onAsked: (id: string) => void; onCancel: () => void };

/** Asks for whom a pseudonym stands. What is typed stays when it is refused. */
export function AskForm({ pseudonym: first, onAsked, onCancel }: Props) {
  const { t } = useTranslation('console');
  const codeName = useCodeName();
  const ask = useAsk();
  const id = useId();
  const [pseudonym, setPseudonym] = useState(first);
  const [ground, setGround] = useState<string>();
  const [document, setDocument] = useState('');
  const [reason, setReason] = useState('');
  const [hours, setHours] = useState(USUAL_HOURS);
  const [categories, setCategories] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const cleaned = pseudonym.trim().replace(/^Patient\//, '');
  const count = /^\d{1,3}$/.test(hours.trim()) ? Number(hours) : 0;
  const problems = {
    pseudonym: isPseudonym(cleaned) ? undefined : t('cases.noPseudonym'),
    ground: ground === undefined ? t('cases.chooseGround') : undefined,
    document: document.trim() === '' ? t('cases.noDocument') : undefined,
    reason: reason.trim().length < LEAST ? t('cases.tooShort', { least: LEAST }) : undefined,
    hours: count < 1 || count > MOST_HOURS ? t('cases.badHours', { most: MOST_HOURS }) : undefined,
  };
  const told = (name: keyof typeof problems) => (tried ? problems[name] : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (ground === undefined || Object.values(problems).some((problem) => problem !== undefined)) return;
    ask.mutate({ pseudonym: cleaned, reason: reason.trim(), ground, document: document.trim(), hours: count, categories }, { onSuccess: (task) => onAsked(task.id ?? '') });
  };
  return (
    <form className={`card ${styles.ask}`} aria-label={t('cases.ask')} onSubmit={submit} noValidate autoComplete="off">
      <h2>{t('cases.ask')}</h2>
      <p className="muted">{t('cases.askLead')}</p>
      <Field name={`${id}-pseudonym`} label={t('cases.pseudonym')} problem={told('pseudonym')} hint={<Whose pseudonym={cleaned} />}>
        <Input id={`${id}-pseudonym`} value={pseudonym} autoFocus maxLength={64} aria-describedby={`${id}-pseudonym-hint`} {...mark(told('pseudonym'))} onChange={(event) => setPseudonym(event.target.value)} />
      </Field>
      <fieldset className={styles.group}>
        <legend>{t('cases.ground')}</legend>
        <Radio.Group value={ground} onChange={(event) => setGround(event.target.value as string)} options={GROUNDS.map((value) => ({ value, label: codeName('caseGround', value) }))} />
        <p role="alert" className={emergencies.problem}>
          {told('ground')}
        </p>
      </fieldset>
      <Field name={`${id}-document`} label={t('cases.document')} problem={told('document')}>
        <Input id={`${id}-document`} value={document} maxLength={200} aria-describedby={`${id}-document-hint`} {...mark(told('document'))} onChange={(event) => setDocument(event.target.value)} />
      </Field>
      <Reason label={t('cases.reasonLabel')} value={reason} problem={told('reason')} onChange={setReason} />
      <Field name={`${id}-hours`} label={t('cases.hoursLabel')} problem={told('hours')}>
        <Input id={`${id}-hours`} value={hours} inputMode="numeric" maxLength={3} className={styles.hours} aria-describedby={`${id}-hours-hint`} {...mark(told('hours'))} onChange={(event) => setHours(event.target.value)} />
      </Field>
      <fieldset className={styles.group}>
        <legend>{t('cases.categories')}</legend>
        <Checkbox.Group value={categories} onChange={setCategories} options={CATEGORIES.map((value) => ({ value, label: codeName('sensitive', value) }))} />
        <p className="muted small">{t('cases.categoriesHint')}</p>
      </fieldset>
      {ask.error ? <LoadFailed error={ask.error} compact /> : null}
      <div className={styles.actions}>
        <Button type="primary" htmlType="submit" loading={ask.isPending}>
          {t('cases.submit')}
        </Button>
        <Button onClick={onCancel}>{t('cases.cancel')}</Button>
      </div>
    </form>
  );
}

const mark = (problem: string | undefined) => ({ 'aria-invalid': problem !== undefined, ...(problem === undefined ? {} : { status: 'error' as const }) });

function Field({ name, label, problem, hint, children }: { name: string; label: string; problem: string | undefined; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className={emergencies.field}>
      <label htmlFor={name}>{label}</label>
      {children}
      <div id={`${name}-hint`} className={styles.hint}>
        {problem === undefined ? (
          hint
        ) : (
          <span role="alert" className={styles.wrong}>
            {problem}
          </span>
        )}
      </div>
    </div>
  );
}

/** Sex, year of birth and county: enough to see that it is the row that was meant. */
function Whose({ pseudonym }: { pseudonym: string }) {
  const { t } = useTranslation('console');
  const codeName = useCodeName();
  const sentenceOf = useErrorSentence();
  const { data, error } = usePseudonym(pseudonym);
  if (error) return <span className={styles.wrong}>{sentenceOf(error).sentence}</span>;
  if (!data) return null;
  return (
    <span role="status">
      {[codeName('gender', data.gender ?? 'unknown'), data.birthDate ? t('cases.born', { year: data.birthDate }) : undefined, data.address?.[0]?.district ?? data.address?.[0]?.city].filter(Boolean).join(' · ')}
    </span>
  );
}
