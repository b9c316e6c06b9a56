import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ageAt, today } from '../../shared/format/dates';
import { maskIdentifier } from '../../shared/format/identity';
import { identityNumberOf } from '../../shared/fhir/words';
import { useCodeName } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { Button } from '../ui/ui';
import styles from './Home.module.css';

/** Whose record this is. The number stays covered until its owner asks: phones are looked at over shoulders. */
export function PersonCard({ children }: { children?: ReactNode }) {
  const { t } = useTranslation(['resident', 'common']);
  const codeName = useCodeName();
  const { name, own, patient } = usePerson();
  const [shown, setShown] = useState(false);
  const number = identityNumberOf(patient);
  const age = ageAt(patient.birthDate, patient.deceasedDateTime ?? today());
  const years = age === undefined ? undefined : age.years >= 3 ? t('person.years', { count: age.years }) : t('person.months', { count: age.years * 12 + age.months });
  return (
    <section className={styles.person} aria-label={t('person.label')}>
      <p className={styles.personName}>
        {name}
        <span>{own ? t('person.own') : t('person.dependant')}</span>
      </p>
      <p>{[codeName('gender', patient.gender), years].filter(Boolean).join(t('dot'))}</p>
      {number ? (
        <p className={styles.number}>
          <span>{shown ? number : maskIdentifier(number)}</span>
          <Button kind="plain" aria-pressed={shown} aria-label={t(shown ? 'person.hide' : 'person.show')} onClick={() => setShown(!shown)}>
            {t(shown ? 'common:hide' : 'common:show')}
          </Button>
        </p>
      ) : null}
      {children}
    </section>
  );
}
