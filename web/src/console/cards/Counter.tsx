import { Button, Popconfirm, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PrintedCard } from '../../shared/card/PrintedCard';
import { LoadFailed, NothingHere } from '../../shared/faces/Faces';
import type { CardState, CardStep } from '../../shared/fhir/healthCards';
import { nameOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { maskIdentifier } from '../../shared/format/identity';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { useWholeNumber, WholeNumberInput } from '../../shared/person/WholeNumber';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import styles from './Cards.module.css';
import { DOCUMENTS, REASONS, useFind, usePrint, useStep, type AtCounter } from './useCardDesk';

const TONES: Record<CardState, Tone> = { applied: 'running', active: 'good', suspended: 'alert', cancelled: 'plain', replaced: 'plain' };

/** A resident is found by the whole number of the document in hand, and is seen masked. */
export function Counter() {
  const { t } = useTranslation('console');
  const id = useId();
  const find = useFind();
  const number = useWholeNumber((whole) => find.mutate(whole));
  return (
    <section className={`card ${styles.part}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('cards.counter')}</h2>
      <p className="muted">{t('cards.counterLead')}</p>
      <form className={styles.line} onSubmit={number.submit} noValidate autoComplete="off">
        <label htmlFor={id}>{t('cards.number')}</label>
        <WholeNumberInput id={id} number={number} />
        <Button type="primary" htmlType="submit" loading={find.isPending}>
          {t('cards.find')}
        </Button>
        <span id={`${id}-problem`} role="alert" className={styles.problem}>
          {number.wrong ? t('cards.wrongNumber') : ''}
        </span>
      </form>
      {find.error ? <LoadFailed error={find.error} compact /> : null}
      {find.data?.length === 0 ? <NothingHere title={t('cards.nobody')}>{t('cards.nobodyHint')}</NothingHere> : null}
      {find.data?.map((one) => (
        <Resident key={`${one.patient.id}|${find.submittedAt}`} one={one} />
      ))}
    </section>
  );
}

function Resident({ one }: { one: AtCounter }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const codeName = useCodeName();
  const id = useId();
  const step = useStep();
  const print = usePrint();
  const [document, setDocument] = useState<string>();
  const [reason, setReason] = useState<string>();
  const { live, earlier, may } = step.data ?? one.cards;
  const { patient, identifier } = one;
  const take = (which: CardStep) => step.mutate({ patient: patient.id ?? '', identifier, step: which, ...(document ? { document } : {}), ...(reason ? { reason } : {}) });
  return (
    <article className={styles.resident}>
      <header className={styles.head}>
        <h3>
          {nameOf(patient) ?? t('residents.unnamed')} <span className="muted">{[codeName('gender', patient.gender ?? 'unknown'), maskIdentifier(identifier)].join(' · ')}</span>
        </h3>
        {live ? <StatusTag tone={TONES[live.state]}>{t(`cards.state.${live.state}`)}</StatusTag> : <StatusTag>{t('cards.noCard')}</StatusTag>}
      </header>
      {live ? (
        <dl className={styles.facts}>
          <div>
            <dt>{t('cards.cardNumber')}</dt>
            <dd>{live.number}</dd>
          </div>
          {live.issued ? (
            <div>
              <dt>{t('cards.issued')}</dt>
              <dd>{formatMoment(live.issued, language)}</dd>
            </div>
          ) : null}
          <div>
            <dt>{t('cards.changed')}</dt>
            <dd>
              {formatMoment(live.changed, language)}
              {live.state === 'suspended' ? ` · ${t(live.heldAtCounter ? 'cards.heldAtCounter' : 'cards.heldByResident')}` : ''}
            </dd>
          </div>
        </dl>
      ) : null}
      <div className={styles.fields}>
        <div className={styles.field}>
          <label htmlFor={`${id}-document`}>{t('cards.document')}</label>
          <Select
            id={`${id}-document`}
            value={document ?? ''}
            options={[{ value: '', label: t('cards.noDocument') }, ...DOCUMENTS.map((value) => ({ value, label: t(`cards.documents.${value}`) }))]}
            onChange={(value) => setDocument(value === '' ? undefined : value)}
          />
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-reason`}>{t('cards.reason')}</label>
          <Select
            id={`${id}-reason`}
            value={reason ?? ''}
            options={[{ value: '', label: t('cards.noReason') }, ...REASONS.map((value) => ({ value, label: t(`cards.reasons.${value}`) }))]}
            onChange={(value) => setReason(value === '' ? undefined : value)}
          />
        </div>
      </div>
      <div className={styles.buttons}>
        {may.map((which) => {
          const ends = which === 'replace' || which === 'cancel';
          const button = (
            <Button key={which} type={which === 'apply' || which === 'issue' ? 'primary' : 'default'} danger={which === 'cancel'} loading={step.isPending && step.variables.step === which} {...(ends ? {} : { onClick: () => take(which) })}>
              {t(`cards.step.${which}`)}
            </Button>
          );
          return ends ? (
            <Popconfirm key={which} title={t('cards.ask')} description={t('cards.askHint')} okText={t(`cards.step.${which}`)} cancelText={t('cases.cancel')} onConfirm={() => take(which)}>
              {button}
            </Popconfirm>
          ) : (
            button
          );
        })}
        {live?.state === 'active' ? (
          <Button loading={print.isPending} onClick={() => print.mutate({ patient: patient.id ?? '', identifier })}>
            {t('cards.print')}
          </Button>
        ) : null}
      </div>
      {print.error ? <LoadFailed error={print.error} compact /> : null}
      {print.data && live?.state === 'active' ? (
        <div className={styles.part}>
          <PrintedCard name={nameOf(patient) ?? ''} number={live.number} code={print.data} />
          <div className={styles.buttons}>
            <Button type="primary" onClick={() => window.print()}>
              {t('cards.printNow')}
            </Button>
          </div>
        </div>
      ) : null}
      {step.error ? <LoadFailed error={step.error} compact /> : null}
      {step.data && !step.error ? (
        <p role="status" className={styles.done}>
          <StatusTag tone="good">{t('cards.done')}</StatusTag> {t(`cards.step.${step.variables.step}`)}
        </p>
      ) : null}
      {earlier.length > 0 ? (
        <ul className={`muted small ${styles.earlier}`}>
          {earlier.map((card) => (
            <li key={card.number}>
              {card.number} · {t(`cards.state.${card.state}`)} · {formatMoment(card.changed, language)}
            </li>
          ))}
        </ul>
      ) : null}
    </article>
  );
}
