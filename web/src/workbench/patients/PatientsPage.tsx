import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { conceptText, nameOf, referenceText } from '../../shared/fhir/words';
import { formatAgo } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { AgeText } from '../../shared/person/AgeText';
import { StatusTag } from '../../shared/StatusTag';
import { Items } from '../keys/Items';
import lists from '../Lists.module.css';
import { usePatients } from './usePatients';

/** 在诊: the residents whom I treat now. */
export function PatientsPage() {
  const { t } = useTranslation(['workbench', 'record']);
  const language = useLanguage();
  const codeName = useCodeName();
  const { data, error, refetch, dataUpdatedAt } = usePatients();
  return (
    <div className={lists.page}>
      <PageTitle page={t('lists.patients')} />
      <h1>{t('lists.patients')}</h1>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {data?.present.length === 0 ? <NothingHere title={t('patients.none')}>{t('patients.noneHint')}</NothingHere> : null}
      {data && data.present.length > 0 ? (
        <Items
          label={t('lists.patients')}
          items={data.present.map(({ encounter, patient, id }) => ({
            key: encounter.id ?? id,
            to: `/persons/${id}?encounter=${encounter.id ?? ''}`,
            title: (
              <>
                <strong>{(patient && nameOf(patient)) ?? t('record:record.unnamed')}</strong>
                {patient ? (
                  <span className="muted">
                    {codeName('gender', patient.gender ?? 'unknown')} <AgeText patient={patient} />
                  </span>
                ) : null}
                <StatusTag tone={encounter.status === 'in-progress' ? 'running' : 'plain'}>{codeName('encounterStatus', encounter.status)}</StatusTag>
              </>
            ),
            note: [codeName('encounterClass', encounter.class.code), encounter.reasonCode?.map(conceptText).filter(Boolean).join(t('record:record.listComma')), referenceText(encounter.serviceProvider)].filter(Boolean).join(' · '),
            aside: formatAgo(encounter.period?.start, dataUpdatedAt, language),
          }))}
        />
      ) : null}
      {data?.partial ? <p className="muted small">{t('patients.partial')}</p> : null}
    </div>
  );
}
