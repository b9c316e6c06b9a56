import { Outlet, useParams } from 'react-router';
import { nameOf } from '../../shared/fhir/words';
import { Reader } from '../../shared/record/Reader';
import { usePatient } from '../../shared/record/useRecord';
import styles from './Person.module.css';
import { PersonPanel } from './PersonPanel';

/** A person at the right, what is done for them in the centre. Each person anew: nothing typed for one stays for the next. */
export function PersonFrame() {
  const { id = '' } = useParams();
  return <Frame key={id} id={id} />;
}

function Frame({ id }: { id: string }) {
  const patient = usePatient(id);
  return (
    <Reader person={patient.data && nameOf(patient.data)}>
      <div className={styles.frame}>
        <div className={styles.centre}>
          <Outlet />
        </div>
        <PersonPanel id={id} />
      </div>
    </Reader>
  );
}
