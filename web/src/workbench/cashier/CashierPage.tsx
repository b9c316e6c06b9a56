import { Button, Checkbox, Input } from 'antd';
import type { Patient } from 'fhir/r4';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { FhirError } from '../../shared/fhir/client';
import { nameOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { useWholeNumber, WholeNumberInput } from '../../shared/person/WholeNumber';
import { useBills } from '../../shared/settlement/bills';
import { MARKS, ticked } from '../../shared/settlement/marks';
import { StatusTag } from '../../shared/StatusTag';
import { BillDesk } from './BillDesk';
import styles from './Cashier.module.css';
import { BILL_TONES, yuan } from './tones';
import { useBearer, useBillStep, usePaymentTerminals, useScan } from './useCashier';

/** 收费结算: the resident by the number in hand, what is open, the bill, the money, the paper. */
export function CashierPage() {
  const { t } = useTranslation('settlement');
  const [patient, setPatient] = useState<Patient>();
  return (
    <div className={styles.page}>
      <PageTitle page={t('title')} />
      <h1>{t('title')}</h1>
      {patient?.id === undefined ? <Find choose={setPatient} /> : <Counter key={patient.id} patient={patient} id={patient.id} leave={() => setPatient(undefined)} />}
    </div>
  );
}

function Find({ choose }: { choose: (patient: Patient) => void }) {
  const { t } = useTranslation('settlement');
  const codeName = useCodeName();
  const id = useId();
  const bearer = useBearer();
  const number = useWholeNumber((whole) => bearer.mutate(whole));
  const terminals = usePaymentTerminals();
  return (
    <section className={`card ${styles.part}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('find.title')}</h2>
      {terminals.error ? <LoadFailed error={terminals.error} onRetry={() => void terminals.refetch()} compact /> : null}
      {terminals.data?.[0] ? <ByCode terminal={terminals.data[0].id} choose={choose} /> : null}
      <form className={styles.form} onSubmit={number.submit} noValidate autoComplete="off">
        <label htmlFor={id}>{t('find.number')}</label>
        <div className={styles.pair}>
          <WholeNumberInput id={id} number={number} />
          <Button type="primary" htmlType="submit" loading={bearer.isPending}>
            {t('find.find')}
          </Button>
        </div>
        <span id={`${id}-problem`} role="alert" className={styles.problem}>
          {number.wrong ? t('find.wrong') : ''}
        </span>
      </form>
      {bearer.error ? <LoadFailed error={bearer.error} compact /> : null}
      {bearer.data?.length === 0 ? <NothingHere title={t('find.unknown')}>{t('find.unknownHint')}</NothingHere> : null}
      {bearer.data?.map((patient) => (
        <div key={patient.id} className={styles.row}>
          <span>
            {nameOf(patient)} <span className="muted">{codeName('gender', patient.gender ?? 'unknown')}</span>
          </span>
          <Button type="primary" onClick={() => choose(patient)}>
            {t('find.choose')}
          </Button>
        </div>
      ))}
    </section>
  );
}

/** A reader types the code and Enter: whoever shows the card is at once at the counter. */
function ByCode({ terminal, choose }: { terminal: string; choose: (patient: Patient) => void }) {
  const { t } = useTranslation('settlement');
  const id = useId();
  const scan = useScan();
  const [code, setCode] = useState('');
  return (
    <form
      className={styles.form}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        // Codes are taken once: what was read is of no more use, whatever came of it.
        if (code !== '') scan.mutate({ terminal, code }, { onSuccess: choose, onSettled: () => setCode('') });
      }}
    >
      <label htmlFor={id}>{t('find.code')}</label>
      <div className={styles.pair}>
        <Input id={id} value={code} spellCheck={false} onChange={(event) => setCode(event.target.value)} />
        <Button htmlType="submit" loading={scan.isPending}>
          {t('find.read')}
        </Button>
      </div>
      {scan.error ? <LoadFailed error={scan.error} compact /> : null}
    </form>
  );
}

function Counter({ patient, id, leave }: { patient: Patient; id: string; leave: () => void }) {
  const { t } = useTranslation('settlement');
  const language = useLanguage();
  const codeName = useCodeName();
  const bills = useBills(id);
  const step = useBillStep();
  const [marks, setMarks] = useState<string[]>([]);
  const [chosen, setChosen] = useState<string>();
  // Whose record nobody opened to this institution has no bills to be shown yet: the first is made here.
  const closed = bills.error instanceof FhirError && (bills.error.status === 403 || bills.error.status === 404);
  const all = bills.data ?? [];
  return (
    <>
      <section className={`card ${styles.bar}`}>
        <strong className={styles.who}>
          {nameOf(patient)} <span className="muted">{codeName('gender', patient.gender ?? 'unknown')}</span>
        </strong>
        <Checkbox.Group aria-label={t('marks')} value={marks} options={MARKS.map((mark) => ({ value: mark, label: t(`mark.${mark}`) }))} onChange={(now) => setMarks(ticked(marks, now))} />
        <Button type="primary" loading={step.isPending} onClick={() => step.mutate({ path: `Patient/${id}/$presettle`, values: { mark: marks } }, { onSuccess: (bill) => setChosen(bill.id) })}>
          {t('presettle')}
        </Button>
        <Button onClick={leave}>{t('cancel')}</Button>
      </section>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      <div className={styles.desk}>
        <nav className={`card ${styles.part}`} aria-label={t('bills')}>
          <h2>{t('bills')}</h2>
          {bills.error && !closed ? <LoadFailed error={bills.error} onRetry={() => void bills.refetch()} compact /> : null}
          {bills.data === undefined && bills.error === null ? <LoadingLines rows={4} /> : null}
          {all.length === 0 && (bills.data !== undefined || closed) ? <NothingHere title={t('none')}>{t('noneHint')}</NothingHere> : null}
          <ul className={styles.list}>
            {all.map((bill) => (
              <li key={bill.id}>
                <button type="button" className={styles.pick} aria-current={chosen === bill.id} onClick={() => setChosen(bill.id)}>
                  <b>{yuan(bill.total)}</b>
                  <StatusTag tone={BILL_TONES[bill.state]}>{t(`states.${bill.state}`)}</StatusTag>
                  <span className="muted small">{formatMoment(bill.created, language)}</span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
        {chosen === undefined ? <span /> : <BillDesk key={chosen} id={chosen} patient={id} name={nameOf(patient) ?? ''} />}
      </div>
    </>
  );
}
