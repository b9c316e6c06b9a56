import { Button, Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import styles from './Exchange.module.css';
import { MessageLine } from './MessageLine';
import { FORMATS, STATES, useFeeds, useMessages, useReplay, type Feed } from './useExchange';

/** Feeds, and the messages that wait for somebody. */
export function ExchangePage() {
  const { t } = useTranslation('console');
  return (
    <div className={styles.page}>
      <PageTitle page={t('exchange.title')} />
      <div className={styles.head}>
        <h1>{t('exchange.title')}</h1>
        <span className={styles.ways}>
          <Link to="/exchange/codes">{t('localCodes.title')}</Link>
          <Link to="/exchange/rehearse">{t('exchange.rehearse')}</Link>
        </span>
      </div>
      <Feeds />
      <Messages />
    </div>
  );
}

function Feeds() {
  const { t } = useTranslation('console');
  const feeds = useFeeds();
  const names = useNames((feeds.data ?? []).map(({ institution }) => `Organization/${institution}`));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="feeds">
      <h2 id="feeds">{t('exchange.feeds')}</h2>
      {feeds.data === undefined ? (
        feeds.error ? (
          <LoadFailed error={feeds.error} onRetry={() => void feeds.refetch()} />
        ) : (
          <LoadingLines rows={4} />
        )
      ) : feeds.data.length === 0 ? (
        <NothingHere title={t('exchange.noFeeds')}>
          {t('exchange.noFeedsHint')} <code>$gateway-feed</code>
        </NothingHere>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('exchange.feeds')}>
          <table className="data">
            <thead>
              <tr>
                <th>{t('exchange.feed')}</th>
                <th>{t('exchange.institution')}</th>
                <th>{t('exchange.format')}</th>
                <th>{t('exchange.state')}</th>
                <th className="number">{t('exchange.states.received')}</th>
                <th className="number">{t('exchange.states.dead')}</th>
                <th className="number">{t('exchange.states.parked')}</th>
                <th className="number">{t('exchange.states.refused')}</th>
              </tr>
            </thead>
            <tbody>
              {feeds.data.map((feed) => (
                <FeedLine key={feed.name} feed={feed} institution={names.get(`Organization/${feed.institution}`) ?? feed.institution} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function FeedLine({ feed, institution }: { feed: Feed; institution: string }) {
  const { t } = useTranslation('console');
  const known = FORMATS.find((format) => format === feed.format);
  return (
    <tr>
      <th scope="row">
        <Link to={`/exchange?feed=${feed.name}`}>{feed.name}</Link>
      </th>
      <td>{institution}</td>
      <td className={styles.nowrap}>
        {known ? t(`exchange.formats.${known}`) : feed.format}
        {feed.port > 0 ? ` · MLLP ${feed.port}` : ''}
      </td>
      <td>{feed.active ? <StatusTag tone="good">{t('exchange.active')}</StatusTag> : <StatusTag tone="warning">{t('exchange.inactive')}</StatusTag>}</td>
      {(['received', 'dead', 'parked', 'refused'] as const).map((state) => (
        <Waiting key={state} feed={feed.name} state={state} count={feed[state]} />
      ))}
    </tr>
  );
}

/** A number leads to the messages behind it. */
function Waiting({ feed, state, count }: { feed: string; state: string; count: number }) {
  const language = useLanguage();
  const text = formatCount(count, language);
  return <td className="number">{count === 0 ? text : <Link to={`/exchange?feed=${feed}&state=${state}`}>{text}</Link>}</td>;
}

function Messages() {
  const { t } = useTranslation('console');
  const [query, setQuery] = useSearchParams();
  const feeds = useFeeds();
  const feed = query.get('feed') ?? undefined;
  const state = STATES.find((one) => one === query.get('state')) ?? 'open';
  const messages = useMessages({ feed, state, type: undefined });
  const set = (name: string, value: string) =>
    setQuery(
      (now) => {
        if (value === '') now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true },
    );
  const names = [...new Set([...(feeds.data ?? []).map(({ name }) => name), ...(feed ? [feed] : [])])];
  return (
    <section className={`card ${styles.card}`} aria-labelledby="messages">
      <div className={styles.head}>
        <h2 id="messages">{t('exchange.messages')}</h2>
        <div className={styles.filters}>
          <Choice label={t('exchange.feed')} value={feed ?? ''} options={['', ...names]} word={(one) => (one === '' ? t('exchange.everyFeed') : one)} onChange={(value) => set('feed', value)} />
          <Choice label={t('exchange.state')} value={state} options={[...STATES]} word={(one) => t(`exchange.states.${one as 'open'}`)} onChange={(value) => set('state', value === 'open' ? '' : value)} />
        </div>
      </div>
      {feed !== undefined && messages.data !== undefined && messages.data.some((one) => one.state === 'dead' || one.state === 'refused') ? <ReplayAll feed={feed} /> : null}
      {messages.data === undefined ? (
        messages.error ? (
          <LoadFailed error={messages.error} onRetry={() => void messages.refetch()} />
        ) : (
          <LoadingLines rows={8} />
        )
      ) : messages.data.length === 0 ? (
        <NothingHere title={state === 'open' ? t('exchange.noneOpen') : t('exchange.none')}>{state === 'open' ? t('exchange.noneOpenHint') : t('exchange.noneHint')}</NothingHere>
      ) : (
        <>
          <ul className={styles.messages}>
            {messages.data.map((message) => (
              <MessageLine key={message.id} message={message} />
            ))}
          </ul>
          {messages.hasNextPage ? (
            <Button loading={messages.isFetchingNextPage} onClick={() => void messages.fetchNextPage()}>
              {t('exchange.more')}
            </Button>
          ) : null}
        </>
      )}
    </section>
  );
}

/** All that failed in a feed once more, the oldest first: the mapping was mended, or the database is back. */
function ReplayAll({ feed }: { feed: string }) {
  const { t } = useTranslation('console');
  const replay = useReplay();
  return (
    <div className={styles.acts}>
      <Button loading={replay.isPending} onClick={() => replay.mutate({ feed })}>
        {t('exchange.replayAll', { feed })}
      </Button>
      {replay.data ? <span role="status">{t('exchange.replayed', { done: replay.data.done, failed: replay.data.failed, rest: replay.data.rest })}</span> : null}
      {replay.error ? <LoadFailed error={replay.error} compact /> : null}
    </div>
  );
}

export function Choice({ label, value, options, word, onChange }: { label: string; value: string; options: string[]; word: (value: string) => string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <span className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <Select id={id} value={value} options={options.map((one) => ({ value: one, label: word(one) }))} onChange={onChange} popupMatchSelectWidth={false} style={{ minWidth: 140 }} />
    </span>
  );
}
