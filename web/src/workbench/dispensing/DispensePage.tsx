import '../../shared/dispensing/texts';
import { Button } from 'antd';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { isUnpaid, type Counted, type DrugLeft, type Whole } from '../../shared/dispensing/circulations';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { useDosageText } from '../../shared/record/lines';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import lists from '../Lists.module.css';
import notes from '../notes/Notes.module.css';
import { CirculationTag } from './CirculationTag';
import styles from './Dispensing.module.css';
import { Till } from './Till';
import { stockFor, useCarriers, useDispense, useLock, usePack, useShopStep, useStock, useWhole, type Handing, type Line } from './useDispensing';

/** One prescription at the counter: whose, what is left of it, what is counted out with batch and trace code, and handed over. */
export function DispensePage() {
  const { t } = useTranslation('dispensing');
  const { task = '' } = useParams();
  const { data, error, refetch } = useWhole(task);
  return (
    <div className={lists.page}>
      <PageTitle page={t('title')} />
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={10} /> : null}
      {data ? <Desk key={task} task={task} whole={data} /> : <Link to="/lists/dispensing">{t('back')}</Link>}
    </div>
  );
}

function Desk({ task, whole }: { task: string; whole: Whole }) {
  const { circulation, drugs, counted } = whole;
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  const lock = useLock();
  const may = (step: string) => circulation.open.includes(step);
  const out = counted.some(({ state }) => state === 'out');
  const unpaid = counted.some(isUnpaid);
  return (
    <>
      <header className={styles.drugHead}>
        <h1>
          {t('number', { number: task.slice(-8) })} <CirculationTag state={circulation.state} />
        </h1>
        <Link to="/lists/dispensing">{t('back')}</Link>
      </header>
      <section className={`card ${styles.who}`} aria-label={t('who')}>
        {circulation.patient ? <strong>{circulation.patient}</strong> : null}
        <span>{circulation.way ? t(`way.${circulation.way}`) : t('way.none')}</span>
        {circulation.telephone ? <span>{circulation.telephone}</span> : null}
        {circulation.address ? <span>{circulation.address}</span> : null}
        {circulation.held ? <span>{t('heldUntil', { when: formatMoment(circulation.held, language) })}</span> : null}
        <span className="muted">{t('goodUntil', { when: formatMoment(circulation.until, language) })}</span>
      </section>
      <Left drugs={drugs} />
      {may('lock') ? (
        <div className={styles.foot}>
          <Button type="primary" size="large" autoFocus loading={lock.isPending} onClick={() => lock.mutate({ task })}>
            {t('code.lock')}
          </Button>
          <span className="muted small">{t('lockHint')}</span>
        </div>
      ) : null}
      {lock.error ? <LoadFailed error={lock.error} compact /> : null}
      {may('dispense') && !circulation.parcel && drugs.some(({ left }) => left > 0) ? <CountOut key={drugs.map(({ left }) => left).join()} task={task} drugs={drugs} /> : null}
      {counted.length > 0 ? <CountedOut counted={counted} drugs={drugs} /> : null}
      {may('return') ? <Till key={counted.map(({ charge }) => charge).join()} task={task} whole={whole} /> : null}
      {circulation.parcel ? (
        <p>
          <Link to={`/delivery/${circulation.parcel}`}>{t('parcel.open')}</Link>
        </p>
      ) : null}
      {out && !circulation.parcel && circulation.way === 'delivery' ? <Pack task={task} unpaid={unpaid} drug={circulation.cold} /> : null}
      {circulation.parcel ? null : <Steps task={task} may={may} delivery={circulation.way === 'delivery'} rest={drugs.some(({ left }) => left > 0)} unpaid={unpaid} />}
    </>
  );
}

function Left({ drugs }: { drugs: readonly DrugLeft[] }) {
  const { t } = useTranslation('dispensing');
  const dosageText = useDosageText();
  return (
    <div className={`card ${styles.scroll}`} tabIndex={0} role="region" aria-label={t('drugs')}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('drug')}</th>
            <th scope="col">{t('dosage')}</th>
            <th scope="col" className="number">
              {t('prescribed')}
            </th>
            <th scope="col" className="number">
              {t('dispensed')}
            </th>
            <th scope="col" className="number">
              {t('left')}
            </th>
          </tr>
        </thead>
        <tbody>
          {drugs.map(({ request, name, dosage, prescribed, dispensed, left, unit, substitution }) => (
            <tr key={request}>
              <th scope="row" className={styles.name}>
                {name} <span className="muted small">{t(substitution ? 'substitution.yes' : 'substitution.no')}</span>
              </th>
              <td className={styles.dosage}>{(dosage && dosageText([dosage])) || <span className="muted">{t('dosageNone')}</span>}</td>
              <td className="number">
                {prescribed} {unit}
              </td>
              <td className="number">
                {dispensed} {unit}
              </td>
              <td className="number">
                <strong>
                  {left} {unit}
                </strong>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TONES: Record<Counted['state'], Tone> = { out: 'running', handed: 'good', back: 'plain' };

function CountedOut({ counted, drugs }: { counted: readonly Counted[]; drugs: readonly DrugLeft[] }) {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  return (
    <section className={`card ${styles.part}`} aria-labelledby="counted">
      <h2 id="counted">{t('counted.title')}</h2>
      <ul>
        {counted.map((one) => {
          const drug = drugs.find(({ request }) => request === one.request);
          return (
            <li key={one.dispense}>
              <StatusTag tone={TONES[one.state]}>{t(`counted.${one.state}`)}</StatusTag> {drug?.name} <strong>{one.quantity}</strong> {drug?.unit} · ¥{one.price} · <span className="muted">{[formatMoment(one.at, language), ...one.traces].join(' · ')}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

type Wrong = Partial<Record<'item' | 'quantity' | 'batch' | 'expires' | 'reason', true>>;
const FIELDS = ['item', 'quantity', 'batch', 'expires', 'reason'] as const;

const blank = (drug: DrugLeft): Handing => ({ request: drug.request, item: '', quantity: String(drug.left), batch: '', expires: '', traces: [], opened: false, reason: '' });

function wrongIn(handing: Handing, left: number): Wrong {
  return {
    ...(handing.item === '' ? { item: true } : {}),
    ...(/^[1-9]\d{0,5}$/.test(handing.quantity.trim()) && Number(handing.quantity) <= left ? {} : { quantity: true }),
    ...(handing.batch.trim() === '' ? { batch: true } : {}),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(handing.expires) ? {} : { expires: true }),
  };
}

/** What is counted out now: all that is left unless the hand says otherwise. A drug that is left out is simply not given. */
function CountOut({ task, drugs }: { task: string; drugs: readonly DrugLeft[] }) {
  const { t } = useTranslation('dispensing');
  const rest = drugs.filter(({ left }) => left > 0);
  const stock = useStock();
  const dispense = useDispense(task);
  const form = useRef<HTMLFormElement>(null);
  // What the hand has written: the rest follows the stock, which may come later than the first key.
  const [kept, setKept] = useState<Record<string, Partial<Handing>>>({});
  const [without, setWithout] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState(false);
  const lines = stock.data ?? [];
  const of = (drug: DrugLeft): Handing => {
    const [first] = stockFor(lines, drug.name).same;
    // What was prescribed and is there needs no choice; never more than there is.
    const there = first ? { item: first.item, quantity: String(Math.min(drug.left, first.quantity)) } : {};
    return { ...blank(drug), ...there, ...kept[drug.request] };
  };
  const chosen = rest.filter(({ request }) => !without.includes(request));
  const wrong = new Map(chosen.map((drug) => [drug.request, wrongIn(of(drug), drug.left)]));
  const submit = () => {
    if (dispense.isPending) return;
    setAsked(true);
    if (chosen.length === 0 || [...wrong.values()].some((one) => Object.keys(one).length > 0)) return void setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    dispense.mutate(chosen.map(of));
  };
  useShortcuts([{ key: 'Ctrl+Enter', label: t('dispense'), run: submit }]);
  return (
    <form
      ref={form}
      className={styles.drugs}
      noValidate
      aria-label={t('countOut')}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {stock.error ? <LoadFailed error={stock.error} onRetry={() => void stock.refetch()} /> : null}
      {!stock.data && !stock.error ? <LoadingLines rows={2} /> : null}
      {rest.map((drug, index) => (
        <OneDrug
          key={drug.request}
          drug={drug}
          first={index === 0}
          lines={stock.data}
          handing={of(drug)}
          wrong={asked ? (wrong.get(drug.request) ?? {}) : {}}
          given={!without.includes(drug.request)}
          onGiven={(given) => setWithout((now) => (given ? now.filter((one) => one !== drug.request) : [...now, drug.request]))}
          onChange={(change) => setKept((now) => ({ ...now, [drug.request]: { ...now[drug.request], ...change } }))}
        />
      ))}
      {dispense.error ? <LoadFailed error={dispense.error} compact /> : null}
      <div className={styles.foot}>
        <Button type="primary" htmlType="submit" loading={dispense.isPending} disabled={chosen.length === 0}>
          {t('dispense')}
        </Button>
        <kbd className={keys['key']}>Ctrl+Enter</kbd>
        <span className="muted small">{t('dispenseHint')}</span>
      </div>
    </form>
  );
}

type OneProps = { drug: DrugLeft; first: boolean; lines: readonly Line[] | undefined; handing: Handing; wrong: Wrong; given: boolean; onGiven: (given: boolean) => void; onChange: (change: Partial<Handing>) => void };

function OneDrug({ drug, first, lines, handing, wrong, given, onGiven, onChange }: OneProps) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const [trace, setTrace] = useState('');
  const { same, others } = stockFor(lines ?? [], drug.name);
  const isOther = others.some(({ item }) => item === handing.item);
  const option = ({ item, name, maker, quantity, unit }: Line) => (
    <option key={item} value={item}>
      {[name, maker, t('inStock', { quantity, unit })].filter(Boolean).join(' · ')}
    </option>
  );
  const add = () => {
    const code = trace.trim();
    if (code !== '' && !handing.traces.includes(code)) onChange({ traces: [...handing.traces, code] });
    setTrace('');
  };
  const marks = (field: (typeof FIELDS)[number]) => ({ id: `${id}-${field}`, className: notes.field, 'aria-invalid': wrong[field] ?? false, 'aria-describedby': `${id}-problem` });
  return (
    <fieldset className={`card ${styles.drug}`}>
      <legend className="visually-hidden">{drug.name}</legend>
      <div className={styles.drugHead}>
        <strong>
          {drug.name} · {t('leftOf', { left: drug.left, unit: drug.unit })}
        </strong>
        <label className={styles.check}>
          <input type="checkbox" checked={given} onChange={(event) => onGiven(event.target.checked)} />
          {t('give')}
        </label>
      </div>
      {given ? (
        <>
          <div className={styles.fields}>
            <div>
              <label htmlFor={`${id}-item`}>{t('field.item')}</label>
              <select {...marks('item')} value={handing.item} onChange={(event) => onChange({ item: event.target.value })}>
                <option value="">{t(same.length + others.length > 0 || lines === undefined ? 'chooseItem' : 'noItem')}</option>
                {same.map(option)}
                {others.length > 0 ? <optgroup label={t(drug.substitution ? 'othersAllowed' : 'others')}>{others.map(option)}</optgroup> : null}
              </select>
            </div>
            <div>
              <label htmlFor={`${id}-quantity`}>{t('field.quantity', { unit: drug.unit })}</label>
              <input {...marks('quantity')} inputMode="numeric" value={handing.quantity} onChange={(event) => onChange({ quantity: event.target.value })} />
            </div>
            <div>
              <label htmlFor={`${id}-batch`}>{t('field.batch')}</label>
              <input {...marks('batch')} autoFocus={first} maxLength={40} value={handing.batch} onChange={(event) => onChange({ batch: event.target.value })} />
            </div>
            <div>
              <label htmlFor={`${id}-expires`}>{t('field.expires')}</label>
              <input {...marks('expires')} type="date" value={handing.expires} onChange={(event) => onChange({ expires: event.target.value })} />
            </div>
          </div>
          <label className={styles.label} htmlFor={`${id}-trace`}>
            {t('field.trace')}
          </label>
          <input
            id={`${id}-trace`}
            className={notes.field}
            value={trace}
            placeholder={t('traceHint')}
            onChange={(event) => setTrace(event.target.value)}
            onBlur={add}
            onKeyDown={(event) => {
              // A scanner ends each code with Enter: that is the next code, not the end of the form.
              if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
              event.preventDefault();
              add();
            }}
          />
          {handing.traces.length > 0 ? (
            <div className={styles.traces}>
              {handing.traces.map((code) => (
                <Button key={code} size="small" aria-label={t('traceRemove', { code })} onClick={() => onChange({ traces: handing.traces.filter((one) => one !== code) })}>
                  {code} ✕
                </Button>
              ))}
            </div>
          ) : null}
          <label className={styles.check}>
            <input type="checkbox" checked={handing.opened} onChange={(event) => onChange({ opened: event.target.checked })} />
            {t('opened')}
          </label>
          {isOther ? (
            <>
              <label className={styles.label} htmlFor={`${id}-reason`}>
                {t('field.reason')}
              </label>
              <input {...marks('reason')} maxLength={500} value={handing.reason} onChange={(event) => onChange({ reason: event.target.value })} />
            </>
          ) : null}
          <p id={`${id}-problem`} role="alert" className={styles.problem}>
            {FIELDS.filter((field) => wrong[field])
              .map((field) => t(`wrong.${field}`, { left: drug.left }))
              .join(' ')}
          </p>
        </>
      ) : null}
    </fieldset>
  );
}

/** Handing over ends it; the other two want a reason, which the resident and the doctor can read. */
function Steps({ task, may, delivery, rest, unpaid }: { task: string; may: (step: string) => boolean; delivery: boolean; rest: boolean; unpaid: boolean }) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const step = useShopStep(task);
  const [asked, setAsked] = useState<'release' | 'take-back'>();
  const [reason, setReason] = useState('');
  const [resale, setResale] = useState(false);
  const [short, setShort] = useState(false);
  // What is left of it must stay to be had: then it is let go of, not ended.
  const complete = may('complete') && !delivery && !rest;
  useShortcuts(complete && !unpaid ? [{ key: 'g', label: t('step.complete'), run: () => step.mutate({ step: 'complete' }) }] : []);
  const offered = ([['release', 'release'], ['take-back', 'return']] as const).filter(([, word]) => may(word));
  if (!complete && offered.length === 0) return null;
  const send = () => {
    const why = reason.trim();
    setShort([...why].length < 4);
    if (asked && [...why].length >= 4) step.mutate({ step: asked, reason: why, ...(asked === 'take-back' ? { resale } : {}) }, { onSuccess: () => setAsked(undefined) });
  };
  return (
    <section className={`card ${styles.part}`} aria-label={t('steps')}>
      <div className={styles.foot}>
        {complete ? (
          <>
            <Button type={unpaid ? 'default' : 'primary'} disabled={unpaid} loading={step.isPending && !asked} onClick={() => step.mutate({ step: 'complete' })}>
              {t('step.complete')}
            </Button>
            {unpaid ? null : <kbd className={keys['key']}>G</kbd>}
          </>
        ) : null}
        {offered.map(([one]) => (
          <Button key={one} aria-expanded={asked === one} onClick={() => setAsked(asked === one ? undefined : one)}>
            {t(`step.${one}`)}
          </Button>
        ))}
      </div>
      {unpaid && complete ? <p className="muted small">{t('till.first')}</p> : null}
      {rest && may('complete') && !delivery ? <p className="muted small">{t('restHint')}</p> : null}
      {asked ? (
        <>
          <p>{t(`stepHint.${asked}`)}</p>
          <label className={styles.label} htmlFor={id}>
            {t('reason')}
          </label>
          <input id={id} className={notes.field} autoFocus maxLength={500} value={reason} aria-invalid={short} aria-describedby={`${id}-problem`} onChange={(event) => setReason(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && send()} />
          <p id={`${id}-problem`} role="alert" className={styles.problem}>
            {short ? t('wrong.why') : ''}
          </p>
          {asked === 'take-back' ? (
            <label className={styles.check}>
              <input type="checkbox" checked={resale} onChange={(event) => setResale(event.target.checked)} />
              {t('resale')}
            </label>
          ) : null}
          <div className={styles.foot}>
            <Button danger loading={step.isPending} onClick={send}>
              {t(`stepNow.${asked}`)}
            </Button>
            <Button onClick={() => setAsked(undefined)}>{t('stock.cancel')}</Button>
          </div>
        </>
      ) : null}
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </section>
  );
}

const DEGREES = /^-?\d{1,2}(\.\d)?$/;

/** Closes the parcel for a carrier; of a cold one, between which temperatures it has to stay: preset where the platform knows a drug in it is kept cold. */
function Pack({ task, unpaid, drug }: { task: string; unpaid: boolean; drug: string | undefined }) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const carriers = useCarriers(true);
  const pack = usePack(task);
  const [carrier, setCarrier] = useState('');
  const [chosenCold, setCold] = useState<boolean>();
  const cold = chosenCold ?? drug !== undefined;
  const [low, setLow] = useState('2');
  const [high, setHigh] = useState('8');
  const [wrong, setWrong] = useState<'carrier' | 'cold'>();
  const chosen = carrier || (carriers.data?.length === 1 ? (carriers.data[0]?.id ?? '') : '');
  return (
    <form
      className={`card ${styles.part}`}
      noValidate
      aria-label={t('pack.title')}
      onSubmit={(event) => {
        event.preventDefault();
        const problem = chosen === '' ? 'carrier' : cold && !(DEGREES.test(low.trim()) && DEGREES.test(high.trim()) && Number(low) < Number(high)) ? 'cold' : undefined;
        setWrong(problem);
        if (!problem) pack.mutate({ carrier: chosen, cold: cold ? { low: low.trim(), high: high.trim() } : undefined });
      }}
    >
      <h2>{t('pack.title')}</h2>
      {carriers.error ? <LoadFailed error={carriers.error} onRetry={() => void carriers.refetch()} /> : null}
      {!carriers.data && !carriers.error ? <LoadingLines rows={1} /> : null}
      {carriers.data?.length === 0 ? <p className="muted">{t('pack.none')}</p> : null}
      <label className={styles.label} htmlFor={id}>
        {t('pack.carrier')}
      </label>
      <select id={id} className={notes.field} value={chosen} aria-invalid={wrong === 'carrier'} aria-describedby={`${id}-problem`} onChange={(event) => setCarrier(event.target.value)}>
        <option value="">{t('pack.choose')}</option>
        {carriers.data?.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <label className={styles.check}>
        <input type="checkbox" checked={cold} onChange={(event) => setCold(event.target.checked)} />
        {t('pack.cold')}
      </label>
      {drug ? <p className="muted small">{t('pack.coldDrug', { drug })}</p> : null}
      {cold ? (
        <div className={styles.pair}>
          <input className={notes.field} inputMode="decimal" aria-label={t('pack.low')} value={low} onChange={(event) => setLow(event.target.value)} />
          <input className={notes.field} inputMode="decimal" aria-label={t('pack.high')} value={high} onChange={(event) => setHigh(event.target.value)} />
        </div>
      ) : null}
      <p id={`${id}-problem`} role="alert" className={styles.problem}>
        {wrong ? t(`pack.wrong.${wrong}`) : ''}
      </p>
      {pack.error ? <LoadFailed error={pack.error} compact /> : null}
      <div className={styles.foot}>
        <Button type={unpaid ? 'default' : 'primary'} htmlType="submit" disabled={unpaid} loading={pack.isPending}>
          {t('pack.pack')}
        </Button>
        {unpaid ? <span className="muted small">{t('till.packFirst')}</span> : null}
      </div>
    </form>
  );
}
