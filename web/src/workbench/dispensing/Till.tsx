import { Button } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chargedIn, isOpenCharge, isUnpaid, type Whole } from '../../shared/dispensing/circulations';
import { LoadFailed } from '../../shared/faces/Faces';
import { StatusTag } from '../../shared/StatusTag';
import { BillDesk } from '../cashier/BillDesk';
import { useBillStep } from '../cashier/useCashier';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import notes from '../notes/Notes.module.css';
import styles from './Dispensing.module.css';
import { useShopStep } from './useDispensing';

/** What is counted out is paid before it leaves: reckoned, settled, own money taken; or at a till of the pharmacy's own, with a reason. */
export function Till({ task, whole: { circulation, counted } }: { task: string; whole: Whole }) {
  const { t } = useTranslation('dispensing');
  const presettle = useBillStep();
  const [elsewhere, setElsewhere] = useState(false);
  const charged = chargedIn(counted);
  const open = charged.filter(isOpenCharge);
  const claims = [...new Set([...charged.flatMap(({ claim }) => claim ?? []), ...(open.length > 0 && presettle.data ? [presettle.data.id] : [])])];
  const reckon = () => presettle.mutate({ path: `Patient/${encodeURIComponent(circulation.subject ?? '')}/$presettle`, values: { charge: open.map(({ charge }) => `ChargeItem/${charge ?? ''}`) } });
  const mayReckon = open.length > 0 && circulation.subject !== undefined;
  useShortcuts(mayReckon ? [{ key: 's', label: t('till.reckon'), run: reckon }] : []);
  if (circulation.charging === false && counted.some(({ state }) => state === 'out')) return <p className="muted">{t('till.none')}</p>;
  if (charged.length === 0) return null;
  const unpaid = charged.filter(isUnpaid).length;
  return (
    <section className={styles.till} aria-labelledby="till">
      <div className={`card ${styles.part}`}>
        <div className={styles.drugHead}>
          <h2 id="till">{t('till.title')}</h2>
          <StatusTag tone={unpaid > 0 ? 'alert' : 'good'}>{unpaid > 0 ? t('till.unpaid', { count: unpaid }) : t('till.through')}</StatusTag>
        </div>
        {open.length > 0 ? (
          <div className={styles.foot}>
            {mayReckon ? (
              <>
                <Button type={presettle.data ? 'default' : 'primary'} loading={presettle.isPending} onClick={reckon}>
                  {t('till.reckon')}
                </Button>
                <kbd className={keys['key']}>S</kbd>
              </>
            ) : null}
            <Button aria-expanded={elsewhere} onClick={() => setElsewhere(!elsewhere)}>
              {t('till.elsewhere')}
            </Button>
            {mayReckon ? <span className="muted small">{t('till.hint')}</span> : null}
          </div>
        ) : null}
        {presettle.error ? <LoadFailed error={presettle.error} compact /> : null}
        {open.length > 0 && elsewhere ? <Elsewhere task={task} done={() => setElsewhere(false)} /> : null}
        {unpaid > 0 && open.length === 0 ? <p className="muted small">{t('till.waits')}</p> : null}
      </div>
      {claims.map((claim) => (
        <BillDesk key={claim} id={claim} patient={circulation.subject ?? ''} name={circulation.patient ?? ''} />
      ))}
    </section>
  );
}

/** The pharmacy's word that it took the money at another till: kept, and never settled here. */
function Elsewhere({ task, done }: { task: string; done: () => void }) {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const step = useShopStep(task);
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const send = () => {
    const why = reason.trim();
    setShort([...why].length < 4);
    if ([...why].length >= 4) step.mutate({ step: 'paid-elsewhere', reason: why });
  };
  return (
    <>
      <p>{t('till.elsewhereHint')}</p>
      <label className={styles.label} htmlFor={id}>
        {t('reason')}
      </label>
      <input id={id} className={notes.field} autoFocus maxLength={500} value={reason} aria-invalid={short} aria-describedby={`${id}-problem`} onChange={(event) => setReason(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && send()} />
      <p id={`${id}-problem`} role="alert" className={styles.problem}>
        {short ? t('wrong.why') : ''}
      </p>
      <div className={styles.foot}>
        <Button loading={step.isPending} onClick={send}>
          {t('till.elsewhereNow')}
        </Button>
        <Button onClick={done}>{t('stock.cancel')}</Button>
      </div>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </>
  );
}
