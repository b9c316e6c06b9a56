import { Button, Input, Select } from 'antd';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from '../emergencies/Emergencies.module.css';
import { emptyFeed, emptySystem, LEVELS, TRANSPORTS, type Application, type Feed, type System, type Transport } from './application';
import own from './Onboarding.module.css';

/** What an institution applies for, field by field. What is wrong in it the platform names. */
export function ApplicationForm({ value, onChange }: { value: Application; onChange: (next: Application) => void }) {
  const { t } = useTranslation('console');
  const organization = (name: keyof Application['organization']) => (text: string) => onChange({ ...value, organization: { ...value.organization, [name]: text } });
  const system = (at: number, next: System) => onChange({ ...value, systems: value.systems.with(at, next) });
  const feed = (at: number, next: Feed) => onChange({ ...value, feeds: value.feeds.with(at, next) });
  return (
    <>
      <fieldset className={own.group}>
        <legend>{t('onboarding.form.organization')}</legend>
        <Text label={t('onboarding.form.name')} value={value.organization.name} onChange={organization('name')} />
        <Text label={t('onboarding.form.code')} hint={t('onboarding.form.codeHint')} value={value.organization.code} onChange={organization('code')} />
        <Pick label={t('onboarding.form.level')} value={value.organization.level} options={LEVELS.map((one) => ({ value: one, label: t(`onboarding.form.levels.${one}`) }))} onChange={organization('level')} />
        <Text label={t('onboarding.form.contact')} value={value.organization.contact} onChange={organization('contact')} />
        <Text label={t('onboarding.form.phone')} value={value.organization.phone} onChange={organization('phone')} />
      </fieldset>
      {value.systems.map((one, at) => (
        // eslint-disable-next-line react/no-array-index-key -- an entry has no name before it is typed
        <fieldset key={at} className={own.group}>
          <legend>{t('onboarding.form.system', { number: at + 1 })}</legend>
          <Text label={t('onboarding.form.id')} hint={t('onboarding.form.idHint')} value={one.id} onChange={(id) => system(at, { ...one, id })} />
          <Text label={t('onboarding.form.name')} value={one.name} onChange={(name) => system(at, { ...one, name })} />
          <Text label={t('onboarding.form.vendor')} value={one.vendor} onChange={(vendor) => system(at, { ...one, vendor })} />
          <Pick
            label={t('onboarding.form.keys')}
            value={one.keys}
            options={(['uri', 'jwks'] as const).map((kind) => ({ value: kind, label: t(`onboarding.form.keyKinds.${kind}`) }))}
            onChange={(keys) => system(at, { ...one, keys: keys as System['keys'] })}
          />
          {one.keys === 'uri' ? (
            <Text label={t('onboarding.form.jwksUri')} value={one.jwksUri} onChange={(jwksUri) => system(at, { ...one, jwksUri })} />
          ) : (
            <Text label={t('onboarding.form.jwks')} hint={t('onboarding.form.jwksHint')} rows={4} value={one.jwks} onChange={(jwks) => system(at, { ...one, jwks })} />
          )}
          <Remove shown={value.systems.length > 1} label={t('onboarding.form.removeSystem', { number: at + 1 })} onClick={() => onChange({ ...value, systems: value.systems.toSpliced(at, 1) })} />
        </fieldset>
      ))}
      <Button className={own.add} onClick={() => onChange({ ...value, systems: [...value.systems, emptySystem()] })}>
        {t('onboarding.form.addSystem')}
      </Button>
      {value.feeds.map((one, at) => (
        // eslint-disable-next-line react/no-array-index-key -- an entry has no name before it is typed
        <fieldset key={at} className={own.group}>
          <legend>{t('onboarding.form.feed', { number: at + 1 })}</legend>
          <Text label={t('onboarding.form.feedName')} hint={t('onboarding.form.idHint')} value={one.name} onChange={(name) => feed(at, { ...one, name })} />
          <Pick label={t('onboarding.form.ofSystem')} value={one.system} options={value.systems.filter(({ id }) => id !== '').map(({ id, name }) => ({ value: id, label: name === '' ? id : `${name} (${id})` }))} onChange={(system) => feed(at, { ...one, system })} />
          <Pick label={t('onboarding.form.transport')} value={one.transport} options={TRANSPORTS.map((kind) => ({ value: kind, label: t(`onboarding.form.transports.${kind}`) }))} onChange={(transport) => feed(at, { ...one, transport: transport as Transport })} />
          {one.transport === 'document' ? null : <Text label={t(`onboarding.form.contents.${one.transport}`)} hint={t(`onboarding.form.contentHints.${one.transport}`)} value={one.content} onChange={(content) => feed(at, { ...one, content })} />}
          {one.transport === 'mllp' ? <Text label={t('onboarding.form.sender')} hint={t('onboarding.form.senderHint')} value={one.sender} onChange={(sender) => feed(at, { ...one, sender })} /> : null}
          <Remove shown={value.feeds.length > 1} label={t('onboarding.form.removeFeed', { number: at + 1 })} onClick={() => onChange({ ...value, feeds: value.feeds.toSpliced(at, 1) })} />
        </fieldset>
      ))}
      <Button className={own.add} onClick={() => onChange({ ...value, feeds: [...value.feeds, emptyFeed(value.systems[0]?.id ?? '')] })}>
        {t('onboarding.form.addFeed')}
      </Button>
    </>
  );
}

function Field({ id, label, hint, children }: { id: string; label: string; hint?: string | undefined; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {hint ? (
        <span id={`${id}-hint`} className="muted small">
          {hint}
        </span>
      ) : null}
    </div>
  );
}

function Text({ label, hint, rows, value, onChange }: { label: string; hint?: string; rows?: number; value: string; onChange: (text: string) => void }) {
  const id = useId();
  const shared = { id, value, spellCheck: false, ...(hint ? { 'aria-describedby': `${id}-hint` } : {}) };
  return (
    <Field id={id} label={label} hint={hint}>
      {rows ? <Input.TextArea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} /> : <Input {...shared} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

function Pick({ label, value, options, onChange }: { label: string; value: string; options: { value: string; label: string }[]; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <Field id={id} label={label}>
      <Select id={id} value={value === '' ? null : value} options={options} onChange={(next) => onChange(next ?? '')} />
    </Field>
  );
}

function Remove({ shown, label, onClick }: { shown: boolean; label: string; onClick: () => void }) {
  return shown ? (
    <Button className={own.add} danger onClick={onClick}>
      {label}
    </Button>
  ) : null;
}
