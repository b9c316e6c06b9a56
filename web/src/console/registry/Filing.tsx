import { Button, Checkbox, Radio, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '../../shared/faces/Faces';
import { Field, Pick, Reason, Text, useProblems } from './Fields';
import styles from './Registry.module.css';
import { useFilePlace, useStep, type HolderType } from './useRegistry';

const KINDS: Record<HolderType, readonly string[]> = {
  Practitioner: ['physician', 'assistant-physician', 'rural-doctor', 'nurse', 'pharmacist', 'technician'],
  Organization: ['medical-institution', 'clinic-record', 'drug-retail'],
  HealthcareService: ['internet-hospital', 'internet-care'],
};
const HOLDERS = Object.keys(KINDS) as HolderType[];
export const SITES = ['main', 'additional', 'alliance'] as const;
export const RIGHTS = ['ordinary', 'narcotic', 'antibiotic-1', 'antibiotic-2', 'antibiotic-3'] as const;

/** Departments of the national list, as the code texts have them. */
function useSpecialtyOptions() {
  const { t } = useTranslation('codes');
  const names = t('specialty', { returnObjects: true }) as unknown as Record<string, string>;
  return Object.entries(names)
    .map(([key, name]) => ({ value: `${key.replaceAll('_', '.')}|${name}`, label: name }))
    .sort((a, b) => a.value.localeCompare(b.value));
}

/** 备案许可: of a practitioner, an institution or an online service. What is typed stays when it is refused. */
export function LicenceFiling({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(['console', 'codes']);
  const file = useStep();
  const specialties = useSpecialtyOptions();
  const [type, setType] = useState<HolderType>('Practitioner');
  const [holder, setHolder] = useState<string>();
  const [values, setValues] = useState({ kind: '', number: '', start: '', end: '', issuer: '', reason: '' });
  const [scope, setScope] = useState<string[]>([]);
  const problems = useProblems(file.error, ['kind', 'number', 'start', 'end', 'issuer', 'scope', 'reason']);
  const put = (name: keyof typeof values) => (value: string) => setValues({ ...values, [name]: value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problems.check({ holder, kind: values.kind, number: values.number, reason: values.reason }) || holder === undefined) return;
    const said = Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]])));
    file.mutate({ of: holder, step: 'file', values: { ...said, scope } }, { onSuccess: onDone });
  };
  return (
    <form className={`card ${styles.form}`} aria-label={t('registry.fileLicence')} onSubmit={submit} noValidate autoComplete="off">
      <h2>{t('registry.fileLicence')}</h2>
      <p className="muted">{t('registry.fileLicenceLead')}</p>
      <Radio.Group
        aria-label={t('registry.holderType')}
        value={type}
        options={HOLDERS.map((value) => ({ value, label: t(`registry.holders.${value}`) }))}
        onChange={(event) => {
          setType(event.target.value as HolderType);
          setHolder(undefined);
          setValues({ ...values, kind: '' });
        }}
      />
      <div className={styles.fields}>
        <Field label={t('registry.holder')} problem={problems.of('holder')}>
          {(wiring) => <Pick key={type} type={type} institutions value={holder} onChange={setHolder} wiring={wiring} />}
        </Field>
        <Field label={t('registry.kind')} problem={problems.of('kind')}>
          {(wiring) => <Select {...wiring} value={values.kind || null} options={KINDS[type].map((value) => ({ value, label: t(`codes:licenceKind.${value as 'nurse'}`) }))} onChange={(value: string | null) => put('kind')(value ?? '')} />}
        </Field>
        <Field label={t('registry.number')} problem={problems.of('number')}>
          {(wiring) => <Text value={values.number} onChange={put('number')} wiring={wiring} />}
        </Field>
        <Field label={t('registry.issuer')} problem={problems.of('issuer')}>
          {(wiring) => <Text value={values.issuer} onChange={put('issuer')} wiring={wiring} />}
        </Field>
        <Field label={t('registry.start')} problem={problems.of('start')}>
          {(wiring) => <Text date value={values.start} onChange={put('start')} wiring={wiring} />}
        </Field>
        <Field label={t('registry.end')} hint={t('registry.endHint')} problem={problems.of('end')}>
          {(wiring) => <Text date value={values.end} onChange={put('end')} wiring={wiring} />}
        </Field>
      </div>
      <Field label={t('registry.scope')} problem={problems.of('scope')}>
        {(wiring) => <Select {...wiring} mode="multiple" value={scope} options={specialties} showSearch={{ optionFilterProp: 'label' }} onChange={setScope} />}
      </Field>
      <Field label={t('registry.reason')} problem={problems.of('reason')}>
        {(wiring) => <Reason value={values.reason} onChange={put('reason')} wiring={wiring} />}
      </Field>
      {problems.rest ? <LoadFailed error={problems.rest} compact /> : null}
      <Buttons label={t('registry.file')} isPending={file.isPending} onCancel={onDone} />
    </form>
  );
}

function Buttons({ label, isPending, onCancel }: { label: string; isPending: boolean; onCancel: () => void }) {
  const { t } = useTranslation('console');
  return (
    <div className={styles.buttons}>
      <Button type="primary" htmlType="submit" loading={isPending}>
        {label}
      </Button>
      <Button onClick={onCancel}>{t('cases.cancel')}</Button>
    </div>
  );
}

export type SiteValues = { site: string; online: boolean; right: string[] };
export const NO_SITE: SiteValues = { site: '', online: false, right: [] };

/** As the operation takes it. */
export const siteAsked = ({ site, online, right }: SiteValues) => ({ site, online: String(online), right });

/** What a filing says of a place: which kind, whether online, what may be prescribed. */
export function SiteFields({ values, onChange, problem }: { values: SiteValues; onChange: (values: SiteValues) => void; problem: (name: string) => string }) {
  const { t } = useTranslation(['console', 'codes']);
  return (
    <>
      <Field label={t('registry.siteKind')} problem={problem('site')}>
        {(wiring) => <Select {...wiring} value={values.site || null} options={SITES.map((value) => ({ value, label: t(`codes:siteKind.${value}`) }))} onChange={(value: string | null) => onChange({ ...values, site: value ?? '' })} />}
      </Field>
      <RightsField value={values.right} onChange={(right) => onChange({ ...values, right })} problem={problem('right')} />
      <Checkbox checked={values.online} onChange={(event) => onChange({ ...values, online: event.target.checked })}>
        {t('registry.onlineCare')}
      </Checkbox>
    </>
  );
}

export function RightsField({ value, onChange, problem }: { value: string[]; onChange: (value: string[]) => void; problem: string }) {
  const { t } = useTranslation(['console', 'codes']);
  return (
    <Field label={t('registry.rights')} problem={problem}>
      {(wiring) => <Select {...wiring} mode="multiple" value={value} options={RIGHTS.map((one) => ({ value: one, label: t(`codes:prescribingRight.${one}`) }))} onChange={onChange} />}
    </Field>
  );
}

/** 备案执业地点: somebody is to work at an institution, beside the main one or there (多点执业). */
export function PlaceFiling({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('console');
  const file = useFilePlace();
  const [practitioner, setPractitioner] = useState<string>();
  const [organization, setOrganization] = useState<string>();
  const [title, setTitle] = useState('');
  const [site, setSite] = useState<SiteValues>(NO_SITE);
  const [reason, setReason] = useState('');
  const problems = useProblems(file.error, ['site', 'right', 'online', 'reason']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problems.check({ practitioner, organization, site: site.site, reason }) || practitioner === undefined || organization === undefined) return;
    file.mutate({ practitioner, organization, title: title.trim(), values: { ...siteAsked(site), reason: reason.trim() } }, { onSuccess: onDone });
  };
  return (
    <form className={`card ${styles.form}`} aria-label={t('registry.filePlace')} onSubmit={submit} noValidate autoComplete="off">
      <h2>{t('registry.filePlace')}</h2>
      <p className="muted">{t('registry.filePlaceLead')}</p>
      <div className={styles.fields}>
        <Field label={t('registry.holders.Practitioner')} problem={problems.of('practitioner')}>
          {(wiring) => <Pick type="Practitioner" value={practitioner} onChange={setPractitioner} wiring={wiring} />}
        </Field>
        <Field label={t('registry.where')} problem={problems.of('organization')}>
          {(wiring) => <Pick type="Organization" value={organization} onChange={setOrganization} wiring={wiring} />}
        </Field>
        <Field label={t('registry.post')} problem="">
          {(wiring) => <Text value={title} onChange={setTitle} wiring={wiring} />}
        </Field>
        <SiteFields values={site} onChange={setSite} problem={problems.of} />
      </div>
      <Field label={t('registry.reason')} problem={problems.of('reason')}>
        {(wiring) => <Reason value={reason} onChange={setReason} wiring={wiring} />}
      </Field>
      {problems.rest ? <LoadFailed error={problems.rest} compact /> : null}
      <Buttons label={t('registry.file')} isPending={file.isPending} onCancel={onDone} />
    </form>
  );
}
