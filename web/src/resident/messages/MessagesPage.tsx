import { useInfiniteQuery } from '@tanstack/react-query';
import type { Bundle, Communication } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { nextLink, resourcesOf } from '../../shared/fhir/bundles';
import { follow, get } from '../../shared/fhir/client';
import { formatAgo } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useNames } from '../../shared/fhir/names';
import { placeOf, useMarkRead } from '../requests/notices';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Button, ButtonLink, Empty, Faces, Tag } from '../ui/ui';
import styles from '../seen/Seen.module.css';

const REFERENCE = /(Practitioner|Organization)\/[A-Za-z0-9.-]{1,64}/g;

const TASK = 'https://helan.health/fhir/CodeSystem/task';
const TWICE = ['queue', 'payment', 'complaint'];

const textOf = (message: Communication): string => (message.payload ?? []).flatMap(({ contentString }) => contentString ?? []).join('\n');

function useMessages(patient: string) {
  const query = new URLSearchParams({ subject: `Patient/${patient}`, recipient: `Patient/${patient}`, _sort: '-sent', _count: '30' });
  return useInfiniteQuery({
    queryKey: ['messages', patient],
    queryFn: ({ pageParam, signal }): Promise<Bundle> => (pageParam === undefined ? get<Bundle>(`Communication?${query.toString()}`, signal) : follow(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextLink,
    select: ({ pages }) => pages.flatMap((page) => resourcesOf<Communication>(page, 'Communication')),
    staleTime: 0,
  });
}

/** 消息: what the platform told the resident. */
export function MessagesPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const messages = useMessages(person.id);
  const read = useMarkRead();
  // The platform names people by reference, so that a message tells the same whoever is renamed.
  const names = useNames((messages.data ?? []).flatMap((message) => textOf(message).match(REFERENCE) ?? []));
  return (
    <Page title={t('messages.title')}>
      <Faces query={messages} isEmpty={(list) => list.length === 0} empty={<Empty title={t('messages.none')}>{t('messages.noneHint')}</Empty>}>
        {(list) => (
          <>
            {list.some(({ received }) => received === undefined) ? (
              <Button wide busy={read.isPending} onClick={() => read.mutate({ patient: person.id })}>
                {t('messages.readAll')}
              </Button>
            ) : null}
            {list.map((message) => {
              const place = placeOf(message);
              const about = message.topic?.coding?.[0]?.code;
              // These the platform says twice, in Chinese and in English; of others a line may be anything.
              const lines = place || (message.topic?.coding?.[0]?.system === TASK && TWICE.includes(about ?? '')) ? textOf(message).split('\n') : [];
              const text = (lines.length === 2 ? (lines[language === 'zh' ? 0 : 1] ?? '') : textOf(message)).replace(REFERENCE, (reference) => names.get(reference) ?? reference);
              const unread = message.received === undefined;
              const complaint = about === 'complaint' ? /^Task\/([A-Za-z0-9.-]{1,64})$/.exec(message.about?.[0]?.reference ?? '')?.[1] : undefined;
              return (
                // Whoever follows a message has read it; one that leads nowhere is read with all.
                <article key={message.id} className={`card ${styles.visit}`} style={{ gap: '0.5rem' }} onClickCapture={(event) => unread && message.id && event.target instanceof Element && event.target.closest('a') && read.mutate({ message: message.id })}>
                  <p className="muted small">
                    {formatAgo(message.sent, Date.now(), language)} {unread ? <Tag tone="running">{t('messages.unread')}</Tag> : null}
                  </p>
                  <p style={{ whiteSpace: 'pre-line' }}>{text || t('messages.empty')}</p>
                  {place ? <ButtonLink to={place}>{t('messages.toReport')}</ButtonLink> : null}
                  {complaint ? <ButtonLink to={`/complaints/${complaint}`}>{t('messages.toComplaint')}</ButtonLink> : null}
                  {about === 'emergency-access' ? <ButtonLink to="/emergency">{t('messages.toEmergency')}</ButtonLink> : null}
                  {about === 'queue' ? <ButtonLink to="/queue">{t('queue.open')}</ButtonLink> : null}
                  {about === 'regulatory-case' ? <ButtonLink to="/seen">{t('seen.title')}</ButtonLink> : null}
                </article>
              );
            })}
            {messages.hasNextPage ? (
              <Button wide busy={messages.isFetchingNextPage} onClick={() => void messages.fetchNextPage()}>
                {t('more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
    </Page>
  );
}
