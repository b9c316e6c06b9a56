import { useTranslation } from 'react-i18next';
import { conceptText, referenceText } from '../../shared/fhir/words';
import { formatDay } from '../../shared/format/dates';
import { bring, useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { useAllergies, useLatestResults, useMedicines, useProblems, useVisits } from '../requests/record';
import { Icon } from '../ui/Icon';
import { Page } from '../ui/Page';
import { Measured } from './Measured';
import { Faces, Nothing, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import texts from '../../shared/i18n/zh/residentRecord.json';

bring('resident', texts);

/** 就诊: the record in brief. Results first as a sentence, then as values. */
export function VisitsPage() {
  const { t } = useTranslation('resident');
  return (
    <Page title={t('tabs.visits')}>
      <Allergies />
      <Results />
      <More />
      <Problems />
      <Medicines />
      <Encounters />
    </Page>
  );
}

function Allergies() {
  const { t } = useTranslation('resident');
  const allergies = useAllergies(usePerson().id);
  return (
    <Section title={t('record.allergies')}>
      <Faces query={allergies} cards={1} isEmpty={(list) => list.length === 0} empty={<Nothing>{t('record.noAllergies')}</Nothing>}>
        {(list) => (
          <Notice tone="bad" title={t('record.tellDoctor')}>
            <ul>
              {list.map(({ id, code, criticality, reaction }) => (
                <li key={id}>
                  <b>{conceptText(code) ?? t('unknown')}</b> {criticality === 'high' ? <Tag tone="bad">{t('record.severe')}</Tag> : null}
                  <span className="muted"> {reaction?.flatMap(({ manifestation }) => manifestation.map(conceptText)).join(t('comma'))}</span>
                </li>
              ))}
            </ul>
          </Notice>
        )}
      </Faces>
    </Section>
  );
}

function Results() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const latest = useLatestResults(usePerson().id);
  return (
    <Section title={t('results.title')}>
      <Faces query={latest} cards={2} isEmpty={({ results }) => results.length === 0} empty={<Nothing>{t('results.none')}</Nothing>}>
        {({ day, results, off }) => (
          <>
            <Notice tone={off > 0 ? 'warning' : 'good'} title={off > 0 ? t('results.off', { count: off }) : t('results.allGood')}>
              <p className="muted small">{t('results.of', { day: formatDay(day, language), count: results.length })}</p>
            </Notice>
            <Rows label={t('results.title')}>
              {results.map((result, index) => (
                <Row
                  key={`${result.key}-${index}`}
                  title={<Measured result={result} />}
                  {...(result.range ? { note: t('results.range', { range: result.range }) } : {})}
                />
              ))}
            </Rows>
            <p className="muted small">{t('results.plain')}</p>
          </>
        )}
      </Faces>
    </Section>
  );
}

/** The record at length, and what its owner may do with it. */
function More() {
  const { t } = useTranslation('resident');
  return (
    <Section title={t('record.more.title')}>
      <Rows>
        <Row to="/reports" icon={<Icon name="records" />} title={t('record.more.reportsTitle')} note={t('record.more.reports')} />
        <Row to="/documents" icon={<Icon name="visits" />} title={t('record.more.documentsTitle')} note={t('record.more.documents')} />
        <Row to="/stays" icon={<Icon name="card" />} title={t('record.more.staysTitle')} note={t('record.more.stays')} />
        <Row to="/summary" icon={<Icon name="card" />} title={t('record.more.summaryTitle')} note={t('record.more.summary')} />
        <Row to="/consents/new/who?doctor=&days=30" icon={<Icon name="key" />} title={t('record.more.doctor')} note={t('record.more.doctorNote')} />
        <Row to="/corrections" icon={<Icon name="consent" />} title={t('record.more.correctionsTitle')} note={t('record.more.corrections')} />
      </Rows>
    </Section>
  );
}

function Problems() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const problems = useProblems(usePerson().id);
  return (
    <Section title={t('record.problems')}>
      <Faces query={problems} cards={1} isEmpty={(list) => list.length === 0} empty={<Nothing>{t('record.noProblems')}</Nothing>}>
        {(list) => {
          // One illness stands in many visits; to its owner it is one, since its first day.
          const first = new Map<string, string | undefined>();
          for (const { code, onsetDateTime, recordedDate } of list) {
            const name = conceptText(code) ?? t('unknown');
            const day = onsetDateTime ?? recordedDate;
            const known = first.get(name);
            if (!first.has(name) || (day !== undefined && (known === undefined || day < known))) first.set(name, day);
          }
          return (
            <Rows label={t('record.problems')}>
              {[...first].map(([name, since]) => (
                <Row key={name} title={name} {...(since ? { note: t('record.since', { day: formatDay(since, language) }) } : {})} />
              ))}
            </Rows>
          );
        }}
      </Faces>
    </Section>
  );
}

function Medicines() {
  const { t } = useTranslation('resident');
  const medicines = useMedicines(usePerson().id);
  return (
    <Section title={t('record.medicines')}>
      <Faces query={medicines} cards={2} isEmpty={(list) => list.length === 0} empty={<Nothing>{t('record.noMedicines')}</Nothing>}>
        {(list) => (
          <Rows label={t('record.medicines')}>
            {list
              .filter(({ name }, index) => list.findIndex((one) => one.name === name) === index)
              .map(({ id, name, dosage }) => (
                <Row key={id} title={name ?? t('unknown')} {...(dosage ? { note: dosage } : {})} />
              ))}
          </Rows>
        )}
      </Faces>
    </Section>
  );
}

/** As long as the platform takes a rating; it refuses where there is none to give. */
const RATED_DAYS = 30;
const isJustOver = ({ status, period }: { status?: string; period?: { end?: string } }): boolean => status === 'finished' && Date.now() - Date.parse(period?.end ?? '') < RATED_DAYS * 86_400_000;

function Encounters() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const codeName = useCodeName();
  const visits = useVisits(usePerson().id);
  return (
    <Section title={t('record.visits')}>
      <Faces query={visits} cards={2} isEmpty={(list) => list.length === 0} empty={<Nothing>{t('record.noVisits')}</Nothing>}>
        {(list) => (
          <Rows label={t('record.visits')}>
            {list.map((visit) => (
              <Row
                key={visit.id}
                {...(isJustOver(visit) ? { to: `/ratings/of?about=Encounter/${visit.id ?? ''}`, end: <span className="muted small">{t('record.rate')}</span> } : {})}
                title={formatDay(visit.period?.start, language)}
                tags={<Tag>{codeName('encounterClass', visit.class.code)}</Tag>}
                note={[referenceText(visit.serviceProvider), conceptText(visit.serviceType) ?? conceptText(visit.type?.[0]), visit.reasonCode?.map(conceptText).filter(Boolean).join(t('comma'))].filter(Boolean).join(t('dot'))}
              />
            ))}
          </Rows>
        )}
      </Faces>
    </Section>
  );
}
