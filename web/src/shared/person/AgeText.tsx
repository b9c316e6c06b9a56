import type { Patient } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { ageAt, today } from '../format/dates';

/** `68 岁`, for the first three years in months; of the dead, the age they reached. */
export function AgeText({ patient }: { patient: Pick<Patient, 'birthDate' | 'deceasedDateTime' | 'deceasedBoolean'> }) {
  const { t } = useTranslation('record');
  if (patient.deceasedBoolean && !patient.deceasedDateTime) return null; // Dead since when is not known, so neither is the age.
  const age = ageAt(patient.birthDate, patient.deceasedDateTime ?? today());
  if (!age) return null;
  return age.years >= 3 ? t('person.years', { count: age.years }) : t('person.months', { count: age.years * 12 + age.months });
}
