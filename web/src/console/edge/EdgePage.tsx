import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatAgo } from '../../shared/format/dates';
import { formatBytes, formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import styles from './Edge.module.css';
import { useEdgeNodes, type EdgeFeed, type EdgeNode, type NodeState } from './useEdge';

const TONES: Record<NodeState, Tone> = { silent: 'bad', troubled: 'alert', lagging: 'warning', new: 'plain', ok: 'good', off: 'plain' };
/** A clock that is further off than this is told. */
const SKEWED = 30_000;

/** 前置机: what stands in the hospitals, how far each is with delivering, and what is wrong with it. */
export function EdgePage() {
  const { t } = useTranslation('console');
  const nodes = useEdgeNodes();
  const names = useNames((nodes.data ?? []).map(({ institution }) => institution));
  return (
    <div className={styles.page}>
      <PageTitle page={t('edge.title')} />
      <h1>{t('edge.title')}</h1>
      <p className="muted">{t('edge.lead')}</p>
      {nodes.data === undefined ? (
        <div className="card">{nodes.error ? <LoadFailed error={nodes.error} onRetry={() => void nodes.refetch()} /> : <LoadingLines rows={6} />}</div>
      ) : nodes.data.length === 0 ? (
        <div className="card">
          <NothingHere title={t('edge.none')}>
            <p>{t('edge.noneHint')}</p>
            <code>./helan edge --centre https://… --node …</code>
          </NothingHere>
        </div>
      ) : (
        <ul className={styles.nodes} aria-label={t('edge.title')}>
          {nodes.data.map((node) => (
            <Node key={node.name} node={node} institution={node.institution ? (names.get(node.institution) ?? node.institution) : ''} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Node({ node: { name, state, seen, remote, version, trip, skew, free, full, trouble, key, feeds }, institution }: { node: EdgeNode; institution: string }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const now = Date.now();
  return (
    <li className={`card ${styles.node}`}>
      <div className={styles.head}>
        <h2>{name}</h2>
        <StatusTag tone={TONES[state]}>{t(`edge.states.${state}`)}</StatusTag>
      </div>
      <p>{institution}</p>
      <p className={`muted small ${styles.facts}`}>
        {seen ? <span>{t('edge.seen', { when: formatAgo(seen, now, language) })}</span> : null}
        {remote ? <span>{remote}</span> : null}
        {trip !== undefined && trip >= 0 ? <span>{t('links.latency', { number: formatCount(trip, language) })}</span> : null}
        {free === undefined ? null : <span>{t('edge.free', { size: formatBytes(free * 1_048_576) })}</span>}
        {version ? <span>{version}</span> : null}
      </p>
      {full ? <StatusTag tone="bad">{t('edge.full')}</StatusTag> : null}
      {Math.abs(skew) > SKEWED ? <StatusTag tone="warning">{t('edge.skew', { number: formatCount(Math.round(Math.abs(skew) / 1000), language) })}</StatusTag> : null}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('edge.feedsOf', { name })}>
        <table className="data">
          <thead>
            <tr>
              <th>{t('edge.feed')}</th>
              <th className="number">{t('edge.waiting')}</th>
              <th>{t('edge.oldest')}</th>
              <th className="number">{t('edge.delivered')}</th>
              <th className="number">{t('edge.toSee')}</th>
            </tr>
          </thead>
          <tbody>
            {feeds.map((feed) => (
              <Row key={feed.name} feed={feed} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      {trouble ? <p className={styles.error}>{trouble}</p> : null}
      {feeds.flatMap(({ name: feed, error }) =>
        error
          ? [
              <p key={feed} className={styles.error}>
                <strong>{feed}</strong> {error}
              </p>,
            ]
          : [],
      )}
      <p className="muted small">
        {t('edge.key')} <code className={styles.print}>{key}</code>
      </p>
    </li>
  );
}

function Row({ feed: { name, port, waiting, oldest, delivered, toSee }, now }: { feed: EdgeFeed; now: number }) {
  const language = useLanguage();
  const count = (value: number | undefined) => (value === undefined ? '–' : formatCount(value, language));
  return (
    <tr>
      <td>
        {name}
        {port > 0 ? <span className="muted"> :{port}</span> : null}
      </td>
      <td className="number">{count(waiting)}</td>
      <td>{oldest ? formatAgo(oldest, now, language) : '–'}</td>
      <td className="number">{count(delivered)}</td>
      <td className="number">{toSee > 0 ? <strong className={styles.toSee}>{count(toSee)}</strong> : count(0)}</td>
    </tr>
  );
}
