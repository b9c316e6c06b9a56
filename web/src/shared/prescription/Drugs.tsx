import type { MedicationRequest } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { conceptText } from '../fhir/words';
import { useDosageText, useDoseBeside } from '../record/lines';
import styles from './Prescription.module.css';

const REASON = 'https://helan.health/fhir/StructureDefinition/prescription-longer-reason';
const ASSESSMENT = 'https://helan.health/fhir/StructureDefinition/prescription-assessment';

const said = (request: MedicationRequest | undefined, url: string): string | undefined => request?.extension?.find((one) => one.url === url)?.valueString;

/** A prescription as it was written: drugs in their order, diagnoses, and what the doctor said with it. */
export function Drugs({ requests }: { requests: readonly MedicationRequest[] }) {
  const { t } = useTranslation(['prescription', 'record']);
  const dosage = useDosageText();
  const beside = useDoseBeside();
  const diagnoses = [...new Set(requests.flatMap(({ reasonCode }) => (reasonCode ?? []).flatMap((reason) => conceptText(reason) ?? [])))];
  const more = [
    [t('drugs.diagnoses'), diagnoses.join(t('record:record.listComma'))],
    [t('drugs.reason'), said(requests[0], REASON)],
    [t('drugs.assessment'), said(requests[0], ASSESSMENT)],
  ].filter(([, words]) => words);
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('drugs.title')}>
        <table className="data">
          <thead>
            <tr>
              <th scope="col">{t('drugs.drug')}</th>
              <th scope="col">{t('drugs.usage')}</th>
              <th scope="col">{t('drugs.days')}</th>
              <th scope="col">{t('drugs.quantity')}</th>
            </tr>
          </thead>
          <tbody>
            {requests.map((request) => {
              const { quantity, expectedSupplyDuration: days } = request.dispenseRequest ?? {};
              const coded = beside(request.dosageInstruction);
              return (
                <tr key={request.id}>
                  <th scope="row" className={styles.drug}>
                    {conceptText(request.medicationCodeableConcept)}
                  </th>
                  <td>
                    {dosage(request.dosageInstruction)}
                    {coded ? <p className="muted small">{t('drugs.coded', { coded })}</p> : null}
                  </td>
                  <td>{days?.value === undefined ? '' : t('drugs.forDays', { days: days.value })}</td>
                  <td>{[quantity?.value, quantity?.unit].filter((one) => one !== undefined).join(' ')}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {more.length > 0 ? (
        <dl className={styles.said}>
          {more.map(([what, words]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </>
  );
}
