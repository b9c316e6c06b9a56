import './texts';
import type { Dosage, MedicationRequest } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { conceptText } from '../../shared/fhir/words';
import { useNames } from '../../shared/fhir/names';
import { formatMoment } from '../../shared/format/dates';
import { formatMeasure } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { ComplainHere } from '../complaints/ComplainHere';
import { usePerson } from '../requests/person';
import { useDrugs, usePrescriptions, type Prescription } from '../requests/prescriptions';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Empty, Facts, Faces, Notice } from '../ui/ui';
import styles from './Prescriptions.module.css';
import { Standing } from './Standing';

/** One prescription in plain words: whether it counts, how each drug is taken; and on paper. */
export function PrescriptionPage() {
  const { t } = useTranslation('resident');
  const { task } = useParams();
  const prescriptions = usePrescriptions(usePerson().id);
  const found = prescriptions.data?.find((one) => one.task === task);
  const drugs = useDrugs(found?.requests);
  return (
    <Page
      title={t('prescriptions.title')}
      back="/prescriptions"
      bottom={
        found && drugs.data ? (
          <Bottom>
            <Button wide onClick={() => window.print()}>
              {t('prescriptions.print')}
            </Button>
          </Bottom>
        ) : undefined
      }
    >
      <Faces query={prescriptions} cards={2} isEmpty={() => found === undefined} empty={<Empty title={t('prescriptions.none')} />}>
        {() => found && <Faces query={drugs} cards={2}>{(list) => <One prescription={found} drugs={list} />}</Faces>}
      </Faces>
    </Page>
  );
}

function One({ prescription, drugs }: { prescription: Prescription; drugs: readonly MedicationRequest[] }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const [first] = drugs;
  const doctor = first?.requester?.reference;
  const names = useNames([doctor]);
  const how = useHow();
  const { state } = prescription;
  // The review stays as it ended; what was collected, stopped or has lapsed since stands with the drugs.
  const isOver = state === 'effective' && !drugs.every(({ status }) => status === 'active');
  const counts = state === 'effective' && !isOver;
  const reasons = [...new Set(drugs.flatMap(({ reasonCode }) => (reasonCode ?? []).flatMap((reason) => conceptText(reason) ?? [])))];
  return (
    <div className={styles.paper}>
      <p className={styles.letterhead}>{t('prescriptions.paper')}</p>
      <div className={counts ? undefined : styles.screen}>
        <Notice {...(isOver ? {} : { tone: counts ? ('good' as const) : state === 'refused' ? ('bad' as const) : ('warning' as const) })} title={t(isOver ? 'prescriptions.over' : `prescriptions.state.${state}`)}>
          <p className={styles.screen}>{t(isOver ? 'prescriptions.meansOver' : `prescriptions.means.${state}`)}</p>
        </Notice>
      </div>
      {counts ? null : <p className={styles.stamp}>{t(isOver ? 'prescriptions.notAgain' : 'prescriptions.notValid')}</p>}
      {state === 'effective' ? (
        <div className={styles.standing}>
          <Standing task={prescription.task} />
        </div>
      ) : null}
      <ul className={styles.drugs} aria-label={t('prescriptions.how')}>
        {drugs.map((drug) => (
          <li key={drug.id} className="card">
            <h2>{conceptText(drug.medicationCodeableConcept)}</h2>
            <p className={styles.how}>{how(drug)}</p>
          </li>
        ))}
      </ul>
      <Facts
        facts={[
          { name: t('prescriptions.name'), value: person.name },
          ...(reasons.length > 0 ? [{ name: t('prescriptions.for'), value: reasons.join(t('dot')) }] : []),
          { name: t('prescriptions.doctor'), value: first?.requester?.display ?? names.get(doctor ?? '') ?? t('unknown') },
          { name: t('prescriptions.written'), value: formatMoment(prescription.authored, language) },
          { name: t('prescriptions.numberName'), value: prescription.number },
        ]}
      />
      <p className="muted small">{t('prescriptions.ask')}</p>
      {first?.id ? (
        <div className={styles.screen}>
          <ComplainHere about={`MedicationRequest/${first.id}`} />
        </div>
      ) : null}
    </div>
  );
}

/** How a drug is taken, as one would say it: how, how much, how often, how long. */
function useHow(): (drug: MedicationRequest) => string {
  const { t } = useTranslation('resident');
  const often = (dosage: Dosage): string | undefined => {
    const { frequency, period, periodUnit } = dosage.timing?.repeat ?? {};
    if (frequency === undefined || period === undefined) return conceptText(dosage.timing?.code);
    if (periodUnit === 'd') return period === 1 ? t('prescriptions.per.d', { frequency }) : t('prescriptions.per.days', { frequency, period });
    if (periodUnit === 'h') return t('prescriptions.per.h', { frequency, period });
    return periodUnit === 'wk' && period === 1 ? t('prescriptions.per.wk', { frequency }) : undefined;
  };
  return (drug) => {
    const [dosage] = drug.dosageInstruction ?? [];
    const dose = dosage?.doseAndRate?.[0]?.doseQuantity;
    const { quantity, expectedSupplyDuration: days } = drug.dispenseRequest ?? {};
    const measured = (amount: { value?: number; unit?: string }) => [amount.value === undefined ? '' : formatMeasure(amount.value), amount.unit].filter(Boolean).join(' ');
    const told = [
      dosage && conceptText(dosage.route),
      dose?.value === undefined ? undefined : t('prescriptions.each', { dose: measured(dose) }),
      dosage && often(dosage),
      days?.value === undefined ? undefined : t('prescriptions.days', { days: days.value }),
      quantity?.value === undefined ? undefined : t('prescriptions.quantity', { quantity: measured(quantity) }),
    ].filter(Boolean);
    return told.join(t('prescriptions.join')) || dosage?.text || '';
  };
}
