import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { identityNumberOf, nameOf } from '../../shared/fhir/words';
import { formatDay } from '../../shared/format/dates';
import { hasRightCheckDigit, looksLikeIdentityNumber } from '../../shared/format/identity';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { AgeText } from '../../shared/person/AgeText';
import { IdentityNumber } from '../../shared/person/IdentityNumber';
import { Allergies, Insurance } from '../../shared/record/PersonBanner';
import { isMasked, usePatient } from '../../shared/record/useRecord';
import { StatusTag } from '../../shared/StatusTag';
import { isHidden } from './hidden';
import styles from './Person.module.css';

/** Who this is, in sight however far one scrolls. */
export function PersonPanel({ id }: { id: string }) {
  const { t } = useTranslation(['workbench', 'record', 'common']);
  const language = useLanguage();
  const codeName = useCodeName();
  const { data, error, refetch } = usePatient(id);
  const number = data && identityNumberOf(data);
  const verified = number !== undefined && looksLikeIdentityNumber(number) && hasRightCheckDigit(number);
  return (
    <aside className={styles.panel} aria-label={t('person.label')}>
      {error && !data ? isHidden(error) ? <p className="muted">{t('closed.title')}</p> : <LoadFailed error={error} onRetry={() => void refetch()} compact /> : null}
      {!data && !error ? <LoadingLines rows={5} /> : null}
      {data ? (
        <>
          <div className={styles.who}>
            <strong className={styles.name}>{nameOf(data) ?? t('record:record.unnamed')}</strong>
            <span>{codeName('gender', data.gender ?? 'unknown')}</span>
            <span>
              <AgeText patient={data} />
            </span>
            {data.deceasedDateTime !== undefined || data.deceasedBoolean ? <StatusTag>{t('record:person.deceased', { date: formatDay(data.deceasedDateTime, language) })}</StatusTag> : null}
          </div>
          <p className={styles.allergies}>
            <Allergies patient={id} />
          </p>
          <dl className={styles.facts}>
            <dt>{t('record:person.birthDate')}</dt>
            <dd>{data.birthDate ?? t('common:unknown')}</dd>
            <dt>{t('record:person.identityNumber')}</dt>
            <dd>
              <IdentityNumber value={number} />
            </dd>
            <dt>{t('person.identity')}</dt>
            <dd>{isMasked(data) ? <span className="muted">{t('person.masked')}</span> : <StatusTag tone={verified ? 'good' : 'warning'}>{t(verified ? 'person.verified' : 'person.unverified')}</StatusTag>}</dd>
            <dt>{t('record:person.insurance')}</dt>
            <dd>
              <Insurance patient={id} />
            </dd>
          </dl>
        </>
      ) : null}
    </aside>
  );
}
