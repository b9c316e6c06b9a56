import { Button, Input, Segmented, Select } from 'antd';
import type { InputRef } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { nameOf } from '../../shared/fhir/words';
import { maskIdentifier } from '../../shared/format/identity';
import { useCodeName } from '../../shared/i18n/i18n';
import { useWholeNumber, WholeNumberInput } from '../../shared/person/WholeNumber';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Queue.module.css';
import { useCheckInTerminals, useFind, useStep } from './useQueue';

/** 签到取号: by the code of a health card, or by the number of the document in hand. */
export function CheckIn({ queue }: { queue: string }) {
  const { t } = useTranslation('queue');
  const id = useId();
  const [by, setBy] = useState<'number' | 'code'>('number');
  return (
    <section className={`card ${styles.part}`} aria-labelledby={id}>
      <h2 id={id}>{t('checkIn.title')}</h2>
      <Segmented
        value={by}
        options={[
          { value: 'number', label: t('checkIn.byNumber') },
          { value: 'code', label: t('checkIn.byCode') },
        ]}
        onChange={(value) => setBy(value as 'number' | 'code')}
        block
      />
      {by === 'number' ? <ByNumber key={queue} queue={queue} /> : <ByCode key={queue} queue={queue} />}
    </section>
  );
}

function ByNumber({ queue }: { queue: string }) {
  const { t } = useTranslation('queue');
  const codeName = useCodeName();
  const id = useId();
  const find = useFind();
  const step = useStep();
  const number = useWholeNumber((whole) => find.mutate(whole));
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          step.reset();
          number.submit(event);
        }}
        noValidate
        autoComplete="off"
      >
        <label htmlFor={id}>{t('checkIn.number')}</label>
        <div className={styles.pair}>
          <WholeNumberInput id={id} number={number} />
          <Button type="primary" htmlType="submit" loading={find.isPending}>
            {t('checkIn.find')}
          </Button>
        </div>
        <span id={`${id}-problem`} role="alert" className={styles.problem}>
          {number.wrong ? t('checkIn.wrongNumber') : ''}
        </span>
      </form>
      {find.error ? <LoadFailed error={find.error} compact /> : null}
      {find.data?.patients.length === 0 ? <NothingHere title={t('checkIn.unknown')}>{t('checkIn.unknownHint')}</NothingHere> : null}
      {step.data
        ? null
        : find.data?.patients.map((patient) => (
            <div key={patient.id} className={styles.found}>
              <span>
                {nameOf(patient)} <span className="muted">{[codeName('gender', patient.gender ?? 'unknown'), maskIdentifier(find.data.identifier)].join(' · ')}</span>
              </span>
              <Button type="primary" loading={step.isPending} onClick={() => step.mutate({ step: 'check-in', queue, patient: patient.id ?? '', identifier: find.data.identifier }, { onSuccess: () => number.setTyped('') })}>
                {t('checkIn.now')}
              </Button>
            </div>
          ))}
      <Came step={step} />
    </>
  );
}

function ByCode({ queue }: { queue: string }) {
  const { t } = useTranslation('queue');
  const id = useId();
  const input = useRef<InputRef>(null);
  const terminals = useCheckInTerminals();
  const step = useStep();
  const [chosen, setChosen] = useState<string>();
  const [code, setCode] = useState('');
  const counters = terminals.data ?? [];
  const terminal = counters.find((one) => one.id === chosen) ?? counters[0];
  useEffect(() => {
    // Codes are taken once: what was read is of no more use, whatever came of it.
    if (step.isSuccess || step.isError) {
      setCode('');
      input.current?.focus();
    }
  }, [step.isSuccess, step.isError, step.submittedAt]);
  // Without the terminals a code that is read would go nowhere, and nobody would see it.
  if (terminals.data === undefined) return terminals.error ? <LoadFailed error={terminals.error} onRetry={() => void terminals.refetch()} compact /> : <LoadingLines rows={2} />;
  if (terminal === undefined) return <p className="muted">{t('checkIn.noTerminal')}</p>;
  return (
    <>
      <form
        className={styles.form}
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (code !== '') step.mutate({ step: 'check-in', queue, terminal: terminal.id, code });
        }}
      >
        {counters.length > 1 ? (
          <div className={styles.field}>
            <label htmlFor={`${id}-terminal`}>{t('checkIn.terminal')}</label>
            <Select id={`${id}-terminal`} value={terminal.id} options={counters.map(({ id: value, name }) => ({ value, label: name }))} onChange={setChosen} />
          </div>
        ) : null}
        <label htmlFor={id}>{t('checkIn.code')}</label>
        <div className={styles.pair}>
          <Input ref={input} id={id} value={code} spellCheck={false} onChange={(event) => setCode(event.target.value)} />
          <Button type="primary" htmlType="submit" loading={step.isPending}>
            {t('checkIn.now')}
          </Button>
        </div>
      </form>
      <Came step={step} />
    </>
  );
}

function Came({ step }: { step: ReturnType<typeof useStep> }) {
  const { t } = useTranslation('queue');
  if (step.error) return <LoadFailed error={step.error} compact />;
  const ticket = step.data;
  return ticket ? (
    <div role="status" className={styles.came}>
      <StatusTag tone="good">{t('checkIn.done')}</StatusTag>
      <p className={styles.big}>{ticket.label}</p>
      <p>
        {ticket.name} · {ticket.before === undefined ? null : t('before', { count: ticket.before })}
        {ticket.wait ? ` · ${t('minutes', ticket.wait)}` : null}
      </p>
      {ticket.where ? <p className="muted">{ticket.where}</p> : null}
    </div>
  ) : null;
}
