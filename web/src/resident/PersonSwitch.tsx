import { useTranslation } from 'react-i18next';
import { choosePerson, usePersons } from './requests/person';
import styles from './ui/Ui.module.css';

/** Whose record this is; with a choice for those who act for others. */
export function PersonSwitch({ fixed }: { fixed: boolean }) {
  const { t } = useTranslation('resident');
  const { persons, person } = usePersons();
  if (!persons || !person) return null;
  if (persons.length === 1 || fixed) return <span className="muted">{person.name}</span>;
  return (
    <span className={styles.person}>
      <select aria-label={t('shell.whose')} value={person.id} onChange={(event) => choosePerson(event.target.value)}>
        {persons.map(({ id, name, own }) => (
          <option key={id} value={id}>
            {own ? t('shell.self', { name }) : name}
          </option>
        ))}
      </select>
    </span>
  );
}
