import { Button, Checkbox, Input, Select } from 'antd';
import { useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { useCodeName } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Cards.module.css';
import { SCENES, useParties, usePutTerminal, useTerminals } from './useCardDesk';

/** What reads codes, and who resolves them to numbers of its own. */
export function Places() {
  const { t } = useTranslation(['console', 'record']);
  const [registers, setRegisters] = useState(false);
  return (
    <>
      <section className={`card ${styles.part}`} aria-label={t('cards.terminals')}>
        <div className={styles.head}>
          <h2>{t('cards.terminals')}</h2>
          {registers ? null : (
            <Button type="primary" onClick={() => setRegisters(true)}>
              {t('cards.register')}
            </Button>
          )}
        </div>
        <p className="muted">{t('cards.terminalsLead')}</p>
        {registers ? <Register onDone={() => setRegisters(false)} /> : null}
        <TerminalTable />
      </section>
      <section className={`card ${styles.part}`} aria-label={t('cards.parties')}>
        <h2>{t('cards.parties')}</h2>
        <p className="muted">{t('cards.partiesLead')}</p>
        <PartyTable />
      </section>
    </>
  );
}

function TerminalTable() {
  const { t } = useTranslation(['console', 'record']);
  const codeName = useCodeName();
  const terminals = useTerminals();
  const put = usePutTerminal();
  const names = useNames((terminals.data ?? []).map(({ institution }) => institution));
  if (terminals.data === undefined) return terminals.error ? <LoadFailed error={terminals.error} onRetry={() => void terminals.refetch()} /> : <LoadingLines rows={4} />;
  if (terminals.data.length === 0) return <NothingHere title={t('cards.noTerminals')}>{t('cards.noTerminalsHint')}</NothingHere>;
  return (
    <>
      {put.error ? <LoadFailed error={put.error} compact /> : null}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('cards.terminals')}>
        <table className="data">
          <thead>
            <tr>
              {(['id', 'name', 'institution', 'scenes', 'kind', 'status'] as const).map((column) => (
                <th key={column}>{t(`cards.${column}`)}</th>
              ))}
              <th />
            </tr>
          </thead>
          <tbody>
            {terminals.data.map(({ id, name, active, institution, scenes, attended, key }) => (
              <tr key={id}>
                <td>{id}</td>
                <td>{name}</td>
                <td>{names.get(institution ?? '') ?? institution}</td>
                <td className={styles.scenes}>{scenes.map((scene) => codeName('cardScene', scene)).join(t('record:record.listComma'))}</td>
                <td>{[key ? t('cards.withKey') : undefined, attended ? t('cards.attended') : undefined].filter(Boolean).join(t('record:record.listComma'))}</td>
                <td>
                  <StatusTag tone={active ? 'good' : 'warning'}>{t(active ? 'cards.inUse' : 'cards.stopped')}</StatusTag>
                </td>
                <td>
                  <Button size="small" aria-label={t(active ? 'cards.stopOf' : 'cards.startOf', { name })} loading={put.isPending && put.variables['id'] === id} onClick={() => put.mutate({ id, state: active ? 'suspended' : 'active' })}>
                    {t(active ? 'cards.stop' : 'cards.start')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Register({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(['console', 'record']);
  const codeName = useCodeName();
  const form = useId();
  const put = usePutTerminal();
  const [values, setValues] = useState({ id: '', name: '', institution: '', key: '' });
  const [scenes, setScenes] = useState<string[]>(['identify']);
  const [attended, setAttended] = useState(true);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { key, ...rest } = values;
    put.mutate({ ...rest, scenes: scenes.join(' '), attended: String(attended), ...(key.trim() ? { key } : {}) }, { onSuccess: onDone });
  };
  return (
    <form className={styles.form} aria-label={t('cards.register')} onSubmit={submit} noValidate autoComplete="off">
      <div className={styles.fields}>
        {(['id', 'name', 'institution'] as const).map((field) => (
          <div key={field} className={styles.field}>
            <label htmlFor={`${form}-${field}`}>{t(field === 'institution' ? 'cards.institutionId' : `cards.${field}`)}</label>
            <Input id={`${form}-${field}`} value={values[field]} onChange={(event) => setValues({ ...values, [field]: event.target.value })} />
          </div>
        ))}
        <div className={styles.field}>
          <label htmlFor={`${form}-scenes`}>{t('cards.scenes')}</label>
          <Select id={`${form}-scenes`} mode="multiple" value={scenes} options={SCENES.map((value) => ({ value, label: codeName('cardScene', value) }))} onChange={setScenes} />
        </div>
      </div>
      <Checkbox checked={attended} onChange={(event) => setAttended(event.target.checked)}>
        {t('cards.attended')}
      </Checkbox>
      <div className={styles.field}>
        <label htmlFor={`${form}-key`}>{t('cards.key')}</label>
        <Input.TextArea id={`${form}-key`} rows={4} spellCheck={false} value={values.key} aria-describedby={`${form}-hint`} onChange={(event) => setValues({ ...values, key: event.target.value })} />
        <span id={`${form}-hint`} className="muted small">
          {t('cards.keyHint')}
        </span>
      </div>
      {put.error ? <LoadFailed error={put.error} compact /> : null}
      <div className={styles.buttons}>
        <Button type="primary" htmlType="submit" loading={put.isPending}>
          {t('cards.submit')}
        </Button>
        <Button onClick={onDone}>{t('cards.cancel')}</Button>
      </div>
    </form>
  );
}

function PartyTable() {
  const { t } = useTranslation(['console', 'record']);
  const parties = useParties();
  if (parties.data === undefined) return parties.error ? <LoadFailed error={parties.error} onRetry={() => void parties.refetch()} /> : <LoadingLines rows={2} />;
  if (parties.data.length === 0) return <p className="muted">{t('cards.noParties')}</p>;
  return (
    <ul className={styles.earlier}>
      {parties.data.map(({ id, name, kind, active }) => (
        <li key={id}>
          {name} <span className="muted">{id}</span> · {t(`cards.partyKind.${kind}`)} · <StatusTag tone={active ? 'good' : 'warning'}>{t(active ? 'cards.inUse' : 'cards.stopped')}</StatusTag>
        </li>
      ))}
    </ul>
  );
}
