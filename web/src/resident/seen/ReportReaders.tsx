import { useTranslation } from 'react-i18next';
import type { Access } from '../../shared/fhir/accesses';
import { useNames } from '../../shared/fhir/names';
import { useAccesses, visitsOf } from '../requests/accesses';
import { useEmergencies } from '../requests/emergencies';
import { useAccessGrants } from '../requests/grants';
import { useMe, usePerson } from '../requests/person';
import { Button, ButtonLink, Faces, Nothing, Notice, Section } from '../ui/ui';
import { VisitCard } from './VisitCard';
import '../resultsTexts';

/** Operations that answer with the whole record. */
const WHOLE = ['everything', 'summary', 'export', 'document'];

/** Whether a list was read in which the report stood: the trace names what was asked for, not each row of the answer. */
const mayHaveShown = ({ refused, failed, count, interaction, type, operation }: Access): boolean =>
  !refused && !failed && count > 0 && (interaction === 'operation' ? WHOLE.includes(operation ?? '') : interaction === 'search-type' && type === 'DiagnosticReport');

/** Who opened one report, and who read a list in which it stood, since it was issued. */
export function ReportReaders({ about, since }: { about: string; since: string | undefined }) {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const opened = useAccesses(person.id, 'others', undefined, undefined, about);
  const all = useAccesses(person.id, 'others', since);
  return (
    <>
      <Notice title={t('readers.title')}>
        <p className="muted">{t('readers.hint')}</p>
        <ButtonLink to="/seen">{t('seen.showAll')}</ButtonLink>
      </Notice>
      <Section title={t('readers.opened')}>
        <Readers query={opened} list={opened.data} none={t('readers.notOpened')} />
      </Section>
      <Section title={t('readers.inLists')}>
        <Readers query={all} list={all.data?.filter(mayHaveShown)} none={t('readers.notInLists')} />
      </Section>
    </>
  );
}

function Readers({ query, list, none }: { query: ReturnType<typeof useAccesses>; list: Access[] | undefined; none: string }) {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const me = useMe().data;
  const emergencies = useEmergencies(person.id).data ?? [];
  const grants = useAccessGrants(person.id).data?.grants ?? [];
  const names = useNames((list ?? []).flatMap(({ practitioner, institution }) => [practitioner, institution]));
  return (
    <Faces query={{ data: list, error: query.error, refetch: query.refetch }} cards={1}>
      {(found) => (
        <>
          {found.length === 0 ? <Nothing>{none}</Nothing> : visitsOf(found).map((visit) => <VisitCard key={visit.key} visit={visit} names={names} emergencies={emergencies} grants={grants} own={me?.account} />)}
          {query.hasNextPage ? (
            <Button wide busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('readers.earlier')}
            </Button>
          ) : null}
        </>
      )}
    </Faces>
  );
}
