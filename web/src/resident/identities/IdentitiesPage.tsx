import { useTranslation } from 'react-i18next';
import { useNames } from '../../shared/fhir/names';
import { identityNumberOf } from '../../shared/fhir/words';
import { formatDay } from '../../shared/format/dates';
import { maskIdentifier } from '../../shared/format/identity';
import { useLanguage } from '../../shared/i18n/i18n';
import { useRecords } from '../requests/identities';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Empty, Faces, Row, Rows, Tag } from '../ui/ui';

/** 我在各机构的记录: which institutions hold a record of this person. */
export function IdentitiesPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const records = useRecords(person.id);
  const names = useNames((records.data ?? []).map(({ managingOrganization }) => managingOrganization?.reference));
  return (
    <Page title={t('identities.title')} back="/mine">
      <p className="muted">{t('identities.lead', { name: person.name })}</p>
      <Faces query={records} isEmpty={(data) => data.length === 0} empty={<Empty title={t('identities.none')}>{t('identities.noneHint')}</Empty>}>
        {(all) => (
          <Rows label={t('identities.title')}>
            {all.map((record) => {
              const number = identityNumberOf(record);
              const institution = record.managingOrganization;
              return (
                <Row
                  key={record.id}
                  title={names.get(institution?.reference ?? '') ?? institution?.display ?? t('identities.noInstitution')}
                  tags={record.id === person.id && all.length > 1 ? <Tag tone="good">{t('identities.main')}</Tag> : null}
                  note={[number ? t('identities.number', { number: maskIdentifier(number) }) : t('identities.noNumber'), record.meta?.lastUpdated ? t('identities.updated', { when: formatDay(record.meta.lastUpdated, language) }) : undefined].filter(Boolean).join(t('dot'))}
                />
              );
            })}
          </Rows>
        )}
      </Faces>
      <p className="muted small">{t('identities.wrong')}</p>
    </Page>
  );
}
