import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { conceptText } from '../../shared/fhir/words';
import { dayOf } from '../../shared/format/dates';
import { sheetOf } from '../../shared/record/flowSheet';
import { useDosageText } from '../../shared/record/lines';
import { medicineName, useMedicines, useProblems, useResults } from '../../shared/record/useRecord';
import { Value } from '../../shared/record/Value';
import styles from './Review.module.css';

const MOST = 8;

/** Of the record what a prescription is judged by: what the person has, takes, weighs, and what the laboratory measured last. */
export function Beside({ patient }: { patient: string }) {
  const { t } = useTranslation('prescription');
  return (
    <section className={`card ${styles.beside}`} aria-label={t('desk.record')}>
      <Problems patient={patient} />
      <Measured patient={patient} />
      <Medicines patient={patient} />
    </section>
  );
}

function Problems({ patient }: { patient: string }) {
  const { t } = useTranslation('prescription');
  const { data, error, refetch } = useProblems(patient);
  const names = [...new Set((data?.items ?? []).flatMap(({ code }) => conceptText(code) ?? []))];
  return (
    <>
      <h2>{t('desk.problems')}</h2>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} compact /> : null}
      {!data && !error ? <LoadingLines rows={2} /> : null}
      {data && names.length === 0 ? <p className="muted">{t('desk.noProblems')}</p> : null}
      <ul>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </>
  );
}

function Measured({ patient }: { patient: string }) {
  const { t } = useTranslation('prescription');
  const { results, error, refetch } = useResults(patient);
  // Weight and kidneys first: doses are judged by them.
  const first = /29463-7|3141-9|33914-3|48642-3|62238-1|69405-9|98979-8|2160-0|38483-4|14682-9/;
  const rows = results
    ? sheetOf(results, 1)
        .rows.sort((a, b) => Number(first.test(b.key)) - Number(first.test(a.key)) || Number(b.results[0]?.standing !== undefined) - Number(a.results[0]?.standing !== undefined))
        .slice(0, MOST)
    : undefined;
  return (
    <>
      <h2>{t('desk.measured')}</h2>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} compact /> : null}
      {!rows && !error ? <LoadingLines rows={3} /> : null}
      {rows?.length === 0 ? <p className="muted">{t('desk.noMeasured')}</p> : null}
      <ul>
        {rows?.map(({ key, name, results: [latest] }) =>
          latest ? (
            <li key={key} className={styles.measured}>
              <span>{name}</span>
              <span>
                <Value result={latest} withUnit /> <span className="muted small">{dayOf(latest.date)}</span>
              </span>
            </li>
          ) : null,
        )}
      </ul>
    </>
  );
}

function Medicines({ patient }: { patient: string }) {
  const { t } = useTranslation('prescription');
  const dosage = useDosageText();
  const { data, error, refetch } = useMedicines(patient);
  return (
    <>
      <h2>{t('desk.medicines')}</h2>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} compact /> : null}
      {!data && !error ? <LoadingLines rows={2} /> : null}
      {data?.items.length === 0 ? <p className="muted">{t('desk.noMedicines')}</p> : null}
      <ul>
        {data?.items.slice(0, MOST).map((request) => (
          <li key={request.id}>
            {medicineName(request, data.medications)} <span className="muted small">{dosage(request.dosageInstruction)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
