import { useTranslation } from 'react-i18next';
import { useSearchParams } from '../router';
import { formatMoment, today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useAccesses, visitsOf, type Whose } from '../requests/accesses';
import { useEmergencies } from '../requests/emergencies';
import { useAccessGrants } from '../requests/grants';
import { useNames } from '../../shared/fhir/names';
import { useMe, usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Button, ButtonLink, Chips, Empty, Faces, Field, Notice } from '../ui/ui';
import styles from './Seen.module.css';
import { ReportReaders } from './ReportReaders';
import { VisitCard } from './VisitCard';

const PERIODS = ['7', '30', '180', 'all'] as const;
const DAY = 86_400_000;

/** 谁看过我的记录: who, when, what and why, from the audit itself. */
export function SeenPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const [query, setQuery] = useSearchParams();
  const whose: Whose = query.get('whose') === 'all' ? 'all' : query.get('whose') === 'refused' ? 'refused' : 'others';
  const period = PERIODS.find((one) => one === query.get('days')) ?? '30';
  const set = (name: string, value: string) =>
    setQuery(
      (now) => {
        now.set(name, value);
        return now;
      },
      { replace: true },
    );
  const emergencies = useEmergencies(person.id);
  const chosen = emergencies.data?.find(({ id }) => id === query.get('emergency'));
  const waiting = query.has('emergency') && emergencies.isPending;
  const agent = chosen?.practitioner && chosen.start && chosen.end ? { who: chosen.practitioner, from: chosen.start, to: chosen.end } : undefined;
  const about = query.get('about');
  if (about !== null && /^DiagnosticReport\/[A-Za-z0-9.-]{1,64}$/.test(about))
    return (
      <Page title={t('readers.page')} back={`/${about.replace('DiagnosticReport', 'reports')}`}>
        <ReportReaders about={about} since={query.get('since') || undefined} />
      </Page>
    );
  return (
    <Page title={t('seen.title')} back={query.has('emergency') ? '/emergency' : '/mine'}>
      <p className="muted">{t('seen.lead', { name: person.name })}</p>
      {chosen ? (
        <Notice tone="warning" title={t('seen.oneEmergency', { when: formatMoment(chosen.start, language) })}>
          <ButtonLink to="/seen">{t('seen.showAll')}</ButtonLink>
        </Notice>
      ) : (
        <div className={styles.filters}>
          <Chips
            label={t('seen.whose')}
            value={whose}
            options={(['others', 'refused', 'all'] as const).map((value) => ({ value, label: t(`seen.filter.${value}`) }))}
            onChange={(value) => set('whose', value)}
          />
          <Field label={t('seen.period')}>
            {(id) => (
              <select id={id} value={period} onChange={(event) => set('days', event.target.value)}>
                {PERIODS.map((value) => (
                  <option key={value} value={value}>
                    {t(`seen.days.${value}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
      {waiting ? null : <Visits whose={agent ? 'all' : whose} since={period === 'all' ? undefined : today(Date.now() - Number(period) * DAY)} agent={agent} />}
    </Page>
  );
}

function Visits({ whose, since, agent }: { whose: Whose; since: string | undefined; agent: { who: string; from: string; to: string } | undefined }) {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const me = useMe().data;
  const accesses = useAccesses(person.id, whose, since, agent);
  const emergencies = useEmergencies(person.id).data ?? [];
  const grants = useAccessGrants(person.id).data?.grants ?? [];
  const names = useNames((accesses.data ?? []).flatMap(({ practitioner, institution }) => [practitioner, institution]));
  return (
    <Faces
      query={accesses}
      cards={4}
      isEmpty={(list) => list.length === 0 && !accesses.hasNextPage}
      empty={<Empty title={t(whose === 'refused' ? 'seen.noneRefused' : 'seen.none')}>{t('seen.noneHint')}</Empty>}
    >
      {(list) => (
        <>
          {visitsOf(list).map((visit) => (
            <VisitCard key={visit.key} visit={visit} names={names} emergencies={emergencies} grants={grants} own={me?.account} />
          ))}
          {accesses.hasNextPage ? (
            <Button wide busy={accesses.isFetchingNextPage} onClick={() => void accesses.fetchNextPage()}>
              {t('more')}
            </Button>
          ) : (
            <p className="muted small">{t('seen.end')}</p>
          )}
        </>
      )}
    </Faces>
  );
}
