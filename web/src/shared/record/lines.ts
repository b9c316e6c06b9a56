import type { Attachment, Dosage, DocumentReference, Composition, Timing } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { formatMeasure } from '../format/numbers';
import { dayOf, formatTime } from '../format/dates';
import { conceptText, noteText, referenceText } from '../fhir/words';
import { useCodeName } from '../i18n/i18n';
import type { Entry } from './timeline';
import { medicineName, type Medications } from './useRecord';

/** What can be opened beside a line. */
export type Openable = { title: string; attachments: Attachment[]; composition: Composition | undefined };

/** An entry of the timeline as words: what it is, what matters about it, what can be opened. */
export type Line = { title: string; facts: string[]; status: string | undefined; opens: Openable | undefined; visit?: string | undefined };

/** Results have a shape of their own and are not lines. */
export function useLines(medications: Medications): (entry: Entry) => Line {
  const { t } = useTranslation('record');
  const codeName = useCodeName();
  const dosageText = useDosageText();
  const documentTitle = useDocumentTitle();

  return ({ resource, date }) => {
    const line = (title: string | undefined, facts: (string | undefined)[], status?: string, opens?: Openable): Line => ({
      title: title ?? t('record.untitled'),
      facts: facts.filter((fact): fact is string => fact !== undefined && fact !== ''),
      status,
      opens,
    });
    switch (resource.resourceType) {
      case 'Encounter': {
        const reasons = (resource.reasonCode ?? []).map(conceptText).filter(Boolean).join(t('record.listComma'));
        const visit = line(
          [codeName('encounterClass', resource.class.code), conceptText(resource.type?.[0]) ?? conceptText(resource.serviceType)].filter(Boolean).join(' · '),
          [
            encounterTimes(resource.period?.start, resource.period?.end),
            referenceText(resource.serviceProvider) ?? referenceText(resource.location?.[0]?.location),
            referenceText(resource.participant?.[0]?.individual),
            reasons ? t('record.reason', { reasons }) : undefined,
          ],
          resource.status === 'finished' ? undefined : codeName('encounterStatus', resource.status),
        );
        return { ...visit, visit: resource.id };
      }
      case 'Condition':
        return line(conceptText(resource.code), [referenceText(resource.recorder), noteText(resource.note)], codeName('clinicalStatus', resource.clinicalStatus?.coding?.[0]?.code));
      case 'MedicationRequest':
        return line(medicineName(resource, medications), [dosageText(resource.dosageInstruction), referenceText(resource.requester)], codeName('requestStatus', resource.status));
      case 'Procedure':
        return line(
          conceptText(resource.code),
          [formatTime(date), referenceText(resource.performer?.[0]?.actor) ?? referenceText(resource.location), conceptText(resource.outcome)],
          resource.status === 'completed' ? undefined : codeName('eventStatus', resource.status),
        );
      case 'Immunization': {
        const protocol = resource.protocolApplied?.[0];
        const dose = protocol?.doseNumberPositiveInt ?? protocol?.doseNumberString;
        return line(
          conceptText(resource.vaccineCode),
          [dose === undefined ? undefined : t('record.dose', { dose }), resource.lotNumber ? t('record.lot', { lot: resource.lotNumber }) : undefined, referenceText(resource.location) ?? referenceText(resource.performer?.[0]?.actor)],
          resource.status === 'completed' ? undefined : codeName('eventStatus', resource.status),
        );
      }
      case 'DiagnosticReport': {
        const title = conceptText(resource.code) ?? t('record.untitled');
        return line(
          title,
          [referenceText(resource.performer?.[0]), resource.conclusion],
          resource.status === 'final' ? undefined : codeName('reportStatus', resource.status),
          resource.presentedForm?.length ? { title, attachments: resource.presentedForm, composition: undefined } : undefined,
        );
      }
      case 'DocumentReference':
      case 'Composition': {
        const title = documentTitle(resource);
        return line(title, [referenceText(resource.author?.[0]), referenceText(resource.custodian)], isPlain(resource) ? undefined : codeName('documentStatus', resource.status), openableOf(resource, title));
      }
      case 'Observation':
        return line(conceptText(resource.code), []);
    }
  };
}

/** The status one expects needs no word. */
export const isPlain = ({ status }: DocumentReference | Composition): boolean => status === 'current' || status === 'final';

export function openableOf(document: DocumentReference | Composition, title: string): Openable {
  return document.resourceType === 'Composition'
    ? { title, attachments: [], composition: document }
    : { title, attachments: document.content.map(({ attachment }) => attachment), composition: undefined };
}

export function useDocumentTitle(): (document: DocumentReference | Composition) => string {
  const { t } = useTranslation('record');
  return (document) => {
    if (document.resourceType === 'Composition') return document.title;
    return document.description ?? document.content[0]?.attachment.title ?? conceptText(document.type) ?? t('record.untitled');
  };
}

function encounterTimes(start: string | undefined, end: string | undefined): string | undefined {
  if (!start) return undefined;
  const from = formatTime(start);
  const to = dayOf(end) === dayOf(start) ? formatTime(end) : dayOf(end);
  return to && to !== from ? [from, to].filter(Boolean).join(' – ') : from;
}

/** `每次 1 片，每日 2 次` where the dosage has no text of its own. */
export function useDosageText(): (dosages: Dosage[] | undefined) => string | undefined {
  const coded = useCodedDose();
  return (dosages) => dosages?.[0]?.text || coded(dosages);
}

/** What a text and its codes are compared by: how they are spaced and pointed says nothing, a decimal point does. */
const bare = (words: string): string => words.replace(/[\s，,、；;。·]/g, '');

/** The sentence that the codes make, where the text says it in other words, or says something else: rules and residents' pages read the codes. */
export function useDoseBeside(): (dosages: Dosage[] | undefined) => string | undefined {
  const coded = useCodedDose();
  return (dosages) => {
    const text = dosages?.[0]?.text;
    const sentence = coded(dosages);
    return text && sentence && bare(text) !== bare(sentence) ? sentence : undefined;
  };
}

function useCodedDose(): (dosages: Dosage[] | undefined) => string | undefined {
  const { t } = useTranslation('record');
  const often = (timing: Timing | undefined) => {
    const { frequency, period, periodUnit } = timing?.repeat ?? {};
    if (frequency === undefined || period === undefined || periodUnit === undefined) return conceptText(timing?.code);
    return period === 1 ? t(`record.per.${periodUnit}`, { frequency }) : t(`record.every.${periodUnit}`, { frequency, period });
  };
  return (dosages) => {
    const dosage = dosages?.[0];
    if (!dosage) return undefined;
    const quantity = dosage.doseAndRate?.[0]?.doseQuantity;
    const dose = quantity?.value === undefined ? undefined : t('record.each', { dose: `${formatMeasure(quantity.value)} ${quantity.unit ?? ''}`.trim() });
    return [dose, often(dosage.timing), conceptText(dosage.route)].filter(Boolean).join(t('record.comma')) || undefined;
  };
}

