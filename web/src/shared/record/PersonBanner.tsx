import type { AllergyIntolerance, Patient } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { formatDay } from '../format/dates';
import { addressText, conceptText, identityNumberOf, nameOf, referenceText } from '../fhir/words';
import { useCodeName, useLanguage } from '../i18n/i18n';
import { AgeText } from '../person/AgeText';
import { IdentityNumber } from '../person/IdentityNumber';
import { StatusTag } from '../StatusTag';
import styles from './Record.module.css';
import { useAllergies, useCoverages } from './useRecord';

/** Who this is, in sight however far one scrolls: name, sex, age, what they must not be given, how they are insured. */
export function PersonBanner({ patient }: { patient: Patient }) {
  const { t } = useTranslation(['record', 'common']);
  const language = useLanguage();
  const codeName = useCodeName();
  const id = patient.id ?? '';
  const dead = patient.deceasedDateTime !== undefined || patient.deceasedBoolean === true;
  return (
    <header className={`card ${styles.banner}`}>
      <div className={styles.who}>
        <h1>{nameOf(patient) ?? t('record.unnamed')}</h1>
        <span>{codeName('gender', patient.gender ?? 'unknown')}</span>
        <span>
          <AgeText patient={patient} />
        </span>
        {dead ? <StatusTag>{t('person.deceased', { date: formatDay(patient.deceasedDateTime, language) })}</StatusTag> : null}
        <Allergies patient={id} />
      </div>
      <dl className={styles.facts}>
        <Fact name={t('person.birthDate')}>{patient.birthDate ?? t('common:unknown')}</Fact>
        <Fact name={t('person.identityNumber')}>
          <IdentityNumber value={identityNumberOf(patient)} />
        </Fact>
        <Fact name={t('person.insurance')}>
          <Insurance patient={id} />
        </Fact>
        <Fact name={t('person.address')} wide>
          {addressText(patient.address?.[0]) ?? t('common:unknown')}
        </Fact>
      </dl>
    </header>
  );
}

function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: React.ReactNode }) {
  return (
    <div className={wide ? styles.wideFact : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const inForce = ({ clinicalStatus, verificationStatus }: AllergyIntolerance) => {
  const has = (concept: AllergyIntolerance['clinicalStatus'], ...codes: string[]) => concept?.coding?.some(({ code }) => code !== undefined && codes.includes(code));
  return !has(clinicalStatus, 'inactive', 'resolved') && !has(verificationStatus, 'refuted', 'entered-in-error');
};

/** Red words when there are some. "None recorded" and "not read" are not the same, and neither is shown as the other. */
export function Allergies({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const { data, error, refetch } = useAllergies(patient);
  if (error && !data) {
    return (
      <button type="button" className={styles.allergyFailed} onClick={() => void refetch()}>
        {t('person.allergiesFailed')}
      </button>
    );
  }
  if (!data) return <span className={styles.allergyWait}>{t('person.allergiesLoading')}</span>;
  const substances = [...new Set(data.items.filter(inForce).map(({ code }) => conceptText(code) ?? t('record.untitled')))];
  if (substances.length === 0) return <span className="muted">{t('person.noAllergies')}</span>;
  return (
    <strong className={styles.allergies}>
      <span aria-hidden="true">⚠ </span>
      {t('person.allergies', { substances: substances.slice(0, 4).join(t('record.listComma')) })}
      {substances.length > 4 ? t('person.moreAllergies', { count: substances.length - 4 }) : null}
    </strong>
  );
}

export function Insurance({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const { data, error } = useCoverages(patient);
  if (error && !data) return <span className={styles.notRead}>{t('person.notRead')}</span>;
  if (!data) return <span className="muted">…</span>;
  const coverage = data.items[0];
  if (!coverage) return <span className="muted">{t('person.noInsurance')}</span>;
  return <>{conceptText(coverage.type) ?? referenceText(coverage.payor[0]) ?? t('person.insured')}</>;
}

export function PersonBannerSkeleton() {
  const { t } = useTranslation('common');
  return (
    <div className={`card ${styles.banner}`} role="status" aria-label={t('faces.loading')}>
      <div className={styles.who}>
        <span className={styles.bone} style={{ width: 160, height: 28 }} />
      </div>
      <div className={styles.facts}>
        <span className={styles.bone} style={{ width: 280, height: 22 }} />
      </div>
    </div>
  );
}
