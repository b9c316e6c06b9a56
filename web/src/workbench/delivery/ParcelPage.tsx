import '../../shared/dispensing/texts';
import { Button } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { Followed, Parcel } from '../../shared/dispensing/parcels';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import styles from '../dispensing/Dispensing.module.css';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import lists from '../Lists.module.css';
import notes from '../notes/Notes.module.css';
import { ParcelTag } from './ParcelTag';
import { pictureOf, useParcel, useParcelStep, type ParcelStep } from './useParcels';

/** One parcel in the hands of a courier, or of the pharmacy that packed it: what may be done with it now. */
export function ParcelPage() {
  const { t } = useTranslation('dispensing');
  const { parcel = '' } = useParams();
  const { data, error, refetch } = useParcel(parcel);
  return (
    <div className={lists.page}>
      <PageTitle page={t('parcel.title')} />
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {data ? <Shown key={data.parcel.id} followed={data} /> : <Link to="/lists/delivery">{t('back')}</Link>}
    </div>
  );
}

function Shown({ followed: { parcel, readings } }: { followed: Followed }) {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  const may = (step: string) => parcel.open.includes(step);
  const isCarried = parcel.side === 'courier' && ['picked', 'transit', 'returning'].includes(parcel.state);
  const facts: [string, ReactNode][] = [
    [t('parcel.to'), [parcel.name, parcel.telephone, parcel.address].filter(Boolean).join(' · ') || t('parcel.hidden')],
    [t('parcel.from'), parcel.shop],
    [t('parcel.packed'), formatMoment(parcel.packed, language)],
    ...(parcel.cold ? [[t('parcel.cold'), t('parcel.limits', { low: parcel.low, high: parcel.high })] as [string, ReactNode]] : []),
  ];
  return (
    <>
      <header className={styles.drugHead}>
        <h1>
          {t('parcel.title')} <ParcelTag state={parcel.state} />
        </h1>
        <Link to={parcel.task && parcel.side === 'shop' ? `/dispensing/${parcel.task}` : '/lists/delivery'}>{t('back')}</Link>
      </header>
      <dl className={`card ${lists.facts}`}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {parcel.excursion ? (
        <p role="status">
          <StatusTag tone="bad">{t('parcel.excursion')}</StatusTag>
        </p>
      ) : null}
      {may('pick') ? <Go id={parcel.id} step="pick" /> : null}
      {may('depart') ? <Go id={parcel.id} step="depart" /> : null}
      {parcel.cold && (isCarried || readings.length > 0) ? (
        <section className={`card ${styles.part}`} aria-labelledby="readings">
          <h2 id="readings">{t('parcel.readings')}</h2>
          {isCarried ? <Read id={parcel.id} /> : null}
          <ul>
            {readings.map((one) => (
              <li key={one.at}>
                {one.celsius.toFixed(1)} °C · {formatTime(one.at)} {one.outside ? <StatusTag tone="bad">{t('parcel.outside')}</StatusTag> : null}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {may('deliver') ? <Deliver parcel={parcel} /> : null}
      {may('turn-back') ? <WithReason id={parcel.id} step="turn-back" /> : null}
      {may('take-back') ? <WithReason id={parcel.id} step="take-back" /> : null}
    </>
  );
}

function Go({ id, step }: { id: string; step: 'pick' | 'depart' }) {
  const { t } = useTranslation('dispensing');
  const go = useParcelStep(id);
  const run = () => go.mutate({ step });
  useShortcuts([{ key: 'g', label: t(`parcel.step.${step}`), run }]);
  return (
    <>
      <div className={styles.foot}>
        <Button type="primary" size="large" loading={go.isPending} onClick={run}>
          {t(`parcel.step.${step}`)}
        </Button>
        <kbd className={keys['key']}>G</kbd>
      </div>
      {go.error ? <LoadFailed error={go.error} compact /> : null}
    </>
  );
}

function Read({ id }: { id: string }) {
  const { t } = useTranslation('dispensing');
  const field = useId();
  const read = useParcelStep(id);
  const [celsius, setCelsius] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className={styles.part}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const value = celsius.trim().replace('−', '-');
        const isWrong = !/^-?\d{1,2}(\.\d)?$/.test(value);
        setWrong(isWrong);
        if (!isWrong) read.mutate({ step: 'reading', values: [{ name: 'celsius', valueString: value }] }, { onSuccess: () => setCelsius('') });
      }}
    >
      <label className={styles.label} htmlFor={field}>
        {t('parcel.celsius')}
      </label>
      <div className={styles.pair}>
        <input id={field} className={notes.field} inputMode="decimal" value={celsius} aria-invalid={wrong} aria-describedby={`${field}-problem`} onChange={(event) => setCelsius(event.target.value)} />
        <Button htmlType="submit" loading={read.isPending}>
          {t('parcel.step.reading')}
        </Button>
      </div>
      <p id={`${field}-problem`} role="alert" className={styles.problem}>
        {wrong ? t('parcel.wrong.celsius') : ''}
      </p>
      {read.error ? <LoadFailed error={read.error} compact /> : null}
    </form>
  );
}

/** At the door: the six digits; without a telephone there, the name and the last four characters of a number. And a picture. */
function Deliver({ parcel }: { parcel: Parcel }) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const deliver = useParcelStep(parcel.id);
  const [by, setBy] = useState<'code' | 'name'>('code');
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [digits, setDigits] = useState('');
  const [proof, setProof] = useState('');
  const [wrong, setWrong] = useState<'code' | 'name' | 'proof' | 'picture'>();
  return (
    <form
      className={`card ${styles.part}`}
      noValidate
      aria-label={t('parcel.door')}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        const problem = by === 'code' && !/^\d{6}$/.test(code.trim()) ? 'code' : by === 'name' && (name.trim() === '' || digits.trim().length !== 4) ? 'name' : proof === '' ? 'proof' : undefined;
        setWrong(problem);
        if (problem || deliver.isPending) return;
        const who = by === 'code' ? [{ name: 'code', valueString: code.trim() }] : [{ name: 'name', valueString: name.trim() }, { name: 'digits', valueString: digits.trim() }];
        deliver.mutate({ step: 'deliver', values: [...who, { name: 'proof', valueBase64Binary: proof }] });
      }}
    >
      <h2>{t('parcel.door')}</h2>
      <div role="radiogroup" aria-label={t('parcel.door')} className={styles.who}>
        {(['code', 'name'] as const).map((one) => (
          <label key={one} className={styles.check}>
            <input type="radio" name={`${id}-by`} checked={by === one} onChange={() => setBy(one)} />
            {t(`parcel.doorBy.${one}`)}
          </label>
        ))}
      </div>
      {by === 'code' ? (
        <>
          <label className={styles.label} htmlFor={`${id}-code`}>
            {t('parcel.code')}
          </label>
          <input id={`${id}-code`} className={notes.field} inputMode="numeric" maxLength={6} value={code} aria-invalid={wrong === 'code'} aria-describedby={`${id}-problem`} onChange={(event) => setCode(event.target.value)} />
        </>
      ) : (
        <>
          <label className={styles.label} htmlFor={`${id}-name`}>
            {t('parcel.name')}
          </label>
          <input id={`${id}-name`} className={notes.field} maxLength={60} value={name} aria-invalid={wrong === 'name'} aria-describedby={`${id}-problem`} onChange={(event) => setName(event.target.value)} />
          <label className={styles.label} htmlFor={`${id}-digits`}>
            {t('parcel.digits')}
          </label>
          <input id={`${id}-digits`} className={notes.field} maxLength={4} value={digits} aria-invalid={wrong === 'name'} aria-describedby={`${id}-problem`} onChange={(event) => setDigits(event.target.value)} />
        </>
      )}
      <label className={styles.label} htmlFor={`${id}-proof`}>
        {t('parcel.proof')}
      </label>
      <input
        id={`${id}-proof`}
        type="file"
        accept="image/*"
        capture="environment"
        aria-invalid={wrong === 'proof' || wrong === 'picture'}
        aria-describedby={`${id}-problem`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          setProof('');
          if (!file) return;
          pictureOf(file).then(
            (data) => {
              setProof(data);
              setWrong(undefined);
            },
            () => setWrong('picture'),
          );
        }}
      />
      {proof ? <p role="status">{t('parcel.proofThere')}</p> : null}
      <p id={`${id}-problem`} role="alert" className={styles.problem}>
        {wrong ? t(`parcel.wrong.${wrong}`) : ''}
      </p>
      {deliver.error ? <LoadFailed error={deliver.error} compact /> : null}
      <div className={styles.foot}>
        <Button type="primary" size="large" htmlType="submit" loading={deliver.isPending}>
          {t('parcel.step.deliver')}
        </Button>
      </div>
    </form>
  );
}

const SHORTEST = 4;

/** A step that wants words: why it goes back. */
function WithReason({ id, step }: { id: string; step: Extract<ParcelStep, 'turn-back' | 'take-back'> }) {
  const { t } = useTranslation('dispensing');
  const field = useId();
  const go = useParcelStep(id);
  const [words, setWords] = useState('');
  const [resale, setResale] = useState(false);
  const [short, setShort] = useState(false);
  return (
    <form
      className={`card ${styles.part}`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const text = words.trim();
        setShort([...text].length < SHORTEST);
        if ([...text].length < SHORTEST) return;
        go.mutate({ step, values: [{ name: 'reason', valueString: text }, ...(step === 'take-back' ? [{ name: 'resale', valueBoolean: resale }] : [])] }, { onSuccess: () => setWords('') });
      }}
    >
      <label className={styles.label} htmlFor={field}>
        {t(`parcel.why.${step}`)}
      </label>
      <input id={field} className={notes.field} maxLength={500} value={words} aria-invalid={short} aria-describedby={`${field}-problem`} onChange={(event) => setWords(event.target.value)} />
      {step === 'take-back' ? (
        <label className={styles.check}>
          <input type="checkbox" checked={resale} onChange={(event) => setResale(event.target.checked)} />
          {t('resale')}
        </label>
      ) : null}
      <p id={`${field}-problem`} role="alert" className={styles.problem}>
        {short ? t('wrong.why') : ''}
      </p>
      {go.error ? <LoadFailed error={go.error} compact /> : null}
      <div className={styles.foot}>
        <Button htmlType="submit" loading={go.isPending}>
          {t(`parcel.step.${step}`)}
        </Button>
      </div>
    </form>
  );
}
