import { useTranslation } from 'react-i18next';
import { Link } from '../router';
import { formatMoment, today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useAccesses, visitsOf } from '../requests/accesses';
import { useEmergencies } from '../requests/emergencies';
import { useNames } from '../../shared/fhir/names';
import { HomeCode } from '../card/HomeCode';
import { usePerson } from '../requests/person';
import { SearchLine } from '../search/SearchLine';
import { isWaiting, useTickets } from '../requests/queue';
import { ResultsSentence } from '../record/ResultsSentence';
import { Icon } from '../ui/Icon';
import { Page } from '../ui/Page';
import { Actions, ButtonLink, Faces, Nothing, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import styles from './Home.module.css';
import { PersonCard } from './PersonCard';

const DAYS = 30;
const DAY = 86_400_000;
const SHOWN = 3;

/** What is unusual first, then what one comes for. */
export function HomePage() {
  const { t } = useTranslation(['resident', 'common']);
  return (
    <Page title={t('signIn.title')} brand>
      <PersonCard>
        <HomeCode />
      </PersonCard>
      <SearchLine />
      <InLine />
      <ButtonLink to="/bookings" kind="primary" wide>
        {t('book.title')}
      </ButtonLink>
      <Unusual />
      <nav className={styles.actions} aria-label={t('home.actions')}>
        <Link to="/seen">
          <Icon name="eye" />
          {t('seen.title')}
        </Link>
        <Link to="/may-see">
          <Icon name="key" />
          {t('maySee.title')}
        </Link>
        <Link to="/consents">
          <Icon name="consent" />
          {t('consents.title')}
        </Link>
        <Link to="/find">
          <Icon name="find" />
          {t('find.title')}
        </Link>
        <Link to="/online-visits">
          <Icon name="messages" />
          {t('home.online')}
        </Link>
      </nav>
      <Lately />
      <ResultsSentence />
    </Page>
  );
}

/** The number that one waits with: what one looks at the phone for on such a day. */
function InLine() {
  const { t } = useTranslation('resident');
  const ticket = useTickets(usePerson().id).data?.find(isWaiting);
  if (!ticket) return null;
  return (
    <Notice tone={ticket.state === 'called' ? 'warning' : 'good'} title={`${ticket.label} · ${ticket.queueName}`}>
      <p>{ticket.state === 'called' ? t('queue.now.called', { place: ticket.place ?? '' }) : ticket.before === undefined ? t(`queue.state.${ticket.state}`) : ticket.before === 0 ? t('queue.youAreNext') : t('queue.before', { count: ticket.before })}</p>
      <Actions>
        <ButtonLink to="/queue">{t('queue.open')}</ButtonLink>
      </Actions>
    </Notice>
  );
}

/** An emergency whose review is open, or that was found a misuse in these weeks. */
function Unusual() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const emergencies = useEmergencies(usePerson().id).data ?? [];
  const recent = emergencies.filter(({ state, decision, start }) => (state !== 'reviewed' || decision === 'misuse') && Date.now() - Date.parse(start ?? '') < DAYS * DAY);
  const first = recent[0];
  const names = useNames([first?.practitioner]);
  if (!first) return null;
  return (
    <Notice tone={first.decision === 'misuse' ? 'bad' : 'warning'} title={t('home.emergency', { count: recent.length })}>
      <p>
        {t(first.decision === 'misuse' ? 'home.emergencyMisuse' : 'home.emergencyOpen', {
          who: names.get(first.practitioner ?? '') ?? t('seen.role.practitioner'),
          when: formatMoment(first.start, language),
          reason: first.reason ?? t('unknown'),
        })}
      </p>
      <Actions>
        <ButtonLink to="/emergency">{t('home.look')}</ButtonLink>
      </Actions>
    </Notice>
  );
}

function Lately() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const accesses = useAccesses(usePerson().id, 'others', today(Date.now() - DAYS * DAY));
  const visits = visitsOf(accesses.data ?? []);
  const names = useNames((accesses.data ?? []).flatMap(({ practitioner, institution }) => [practitioner, institution]));
  const people = new Set(visits.map(({ accesses: [one] }) => one?.practitioner ?? one?.account)).size;
  return (
    <Section title={t('home.lately')}>
      <Faces query={accesses} cards={1}>
        {(list) =>
          list.length === 0 ? (
            <Nothing>{t('home.nobody')}</Nothing>
          ) : (
            <>
              <p>{accesses.hasNextPage ? t('home.peopleAtLeast', { count: people }) : t('home.people', { count: people })}</p>
              <Rows>
                {visits.slice(0, SHOWN).map(({ key, accesses: all }) => {
                  const one = all[0]!;
                  const refused = all.filter((access) => access.refused).length;
                  return (
                    <Row
                      key={key}
                      to="/seen"
                      title={names.get(one.practitioner ?? '') ?? t(`seen.role.${(one.role ?? 'system') as 'system'}`)}
                      tags={refused > 0 ? <Tag tone="bad">{t('seen.refused', { count: refused })}</Tag> : null}
                      note={[formatMoment(one.at, language), names.get(one.institution ?? '')].filter(Boolean).join(t('dot'))}
                    />
                  );
                })}
              </Rows>
            </>
          )
        }
      </Faces>
    </Section>
  );
}
