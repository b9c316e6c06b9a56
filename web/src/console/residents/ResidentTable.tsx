import type { Patient } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { AgeText } from '../../shared/person/AgeText';
import { IdentityNumber } from '../../shared/person/IdentityNumber';
import { addressText, identityNumberOf, nameOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import styles from './Residents.module.css';

/** On a phone each row becomes a card: the cells carry their column's name. */
export function ResidentTable({ residents }: { residents: Patient[] }) {
  const { t } = useTranslation(['console', 'record', 'common']);
  const language = useLanguage();
  const codeName = useCodeName();
  const columns = {
    name: t('residents.name'),
    sex: t('residents.sex'),
    birthDate: t('residents.birthDate'),
    identifier: t('record:person.identityNumber'),
    address: t('residents.address'),
    updated: t('residents.updated'),
  };
  return (
    <table className={`data ${styles.table}`}>
      <thead>
        <tr>
          {Object.entries(columns).map(([key, name]) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {residents.map((resident) => (
          <tr key={resident.id}>
            <th scope="row">
              <Link to={`/residents/${resident.id}`}>{nameOf(resident) ?? t('residents.unnamed')}</Link>
            </th>
            <td data-column={columns.sex}>{codeName('gender', resident.gender ?? 'unknown')}</td>
            <td data-column={columns.birthDate}>
              {resident.birthDate ?? t('common:unknown')} <span className="muted"><AgeText patient={resident} /></span>
            </td>
            <td data-column={columns.identifier}>
              <IdentityNumber value={identityNumberOf(resident)} />
            </td>
            <td data-column={columns.address} className={styles.address}>
              {addressText(resident.address?.[0])}
            </td>
            <td data-column={columns.updated} className="muted">
              {formatMoment(resident.meta?.lastUpdated, language)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
