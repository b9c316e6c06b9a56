import { Button, Input, Select } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { InputRef } from 'antd';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { idOf } from '../../shared/fhir/words';
import { useCodeName } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Cards.module.css';
import { DOCUMENTS, useScan, useTerminals } from './useCardDesk';

/** A scanner types what it reads, and Enter: the cursor stays where it types. @param self reference of the practitioner */
export function ScanDesk({ self }: { self: string }) {
  const { t } = useTranslation('console');
  const codeName = useCodeName();
  const id = useId();
  const terminals = useTerminals();
  const scan = useScan();
  const input = useRef<InputRef>(null);
  const [chosen, setChosen] = useState<string>();
  const [scene, setScene] = useState<string>();
  const [document, setDocument] = useState<string>();
  const [code, setCode] = useState('');
  const counters = (terminals.data ?? []).filter(({ attended, active, key }) => attended && active && !key);
  const terminal = counters.find(({ id: one }) => one === chosen) ?? counters[0];
  const asked = terminal?.scenes.find((one) => one === scene) ?? terminal?.scenes[0];
  useEffect(() => {
    // Codes are taken once: what was read is of no more use, whatever came of it.
    if (scan.isSuccess || scan.isError) {
      setCode('');
      input.current?.focus();
    }
  }, [scan.isSuccess, scan.isError, scan.submittedAt]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!terminal || !asked || code === '') return;
    scan.mutate({ terminal: terminal.id, scene: asked, code, ...(document ? { document } : {}), ...(asked === 'check-in' ? { practitioner: idOf(self) ?? '' } : {}) });
  };
  return (
    <section className={`card ${styles.part}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('cards.scan')}</h2>
      {terminals.data === undefined ? (
        terminals.error ? <LoadFailed error={terminals.error} onRetry={() => void terminals.refetch()} compact /> : <LoadingLines rows={4} />
      ) : terminal === undefined ? (
        <p className="muted">{t('cards.noCounter')}</p>
      ) : (
        <>
          <p className="muted">{t('cards.scanLead')}</p>
          <form className={styles.form} onSubmit={submit} autoComplete="off">
            <div className={styles.fields}>
              <div className={styles.field}>
                <label htmlFor={`${id}-terminal`}>{t('cards.terminal')}</label>
                <Select id={`${id}-terminal`} value={terminal.id} options={counters.map(({ id: value, name }) => ({ value, label: name }))} onChange={setChosen} />
              </div>
              <div className={styles.field}>
                <label htmlFor={`${id}-scene`}>{t('cards.scene')}</label>
                <Select id={`${id}-scene`} value={asked ?? ''} options={terminal.scenes.map((value) => ({ value, label: codeName('cardScene', value) }))} onChange={setScene} />
              </div>
              <div className={styles.field}>
                <label htmlFor={`${id}-document`}>{t('cards.printedDocument')}</label>
                <Select
                  id={`${id}-document`}
                  value={document ?? ''}
                  options={[{ value: '', label: '–' }, ...DOCUMENTS.map((value) => ({ value, label: t(`cards.documents.${value}`) }))]}
                  onChange={(value) => setDocument(value === '' ? undefined : value)}
                />
              </div>
            </div>
            {asked === 'check-in' ? <p className="muted small">{t('cards.forMe')}</p> : null}
            <div className={styles.line}>
              <label htmlFor={id}>{t('cards.code')}</label>
              <Input ref={input} id={id} value={code} spellCheck={false} onChange={(event) => setCode(event.target.value)} />
              <Button type="primary" htmlType="submit" loading={scan.isPending}>
                {t('cards.scanNow')}
              </Button>
            </div>
          </form>
        </>
      )}
      {scan.error ? <LoadFailed error={scan.error} compact /> : null}
      {scan.data && !scan.error ? (
        <article className={styles.resident} role="status">
          <header className={styles.head}>
            <h3>
              {scan.data.arrived && scan.data.patient ? <Link to={`/residents/${idOf(scan.data.patient) ?? ''}`}>{scan.data.name}</Link> : scan.data.name}{' '}
              <span className="muted">{[codeName('gender', scan.data.gender ?? 'unknown'), scan.data.birthDate].filter(Boolean).join(' · ')}</span>
            </h3>
            <StatusTag tone="good">{t(scan.data.arrived ? 'cards.arrived' : scan.data.printed ? 'cards.printed' : 'cards.living')}</StatusTag>
          </header>
          <p className="muted">
            {t('cards.cardNumber')} {scan.data.number}
          </p>
        </article>
      ) : null}
    </section>
  );
}
