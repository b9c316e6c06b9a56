import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatAgo } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import type { Link, LinkState } from './links';
import styles from './Overview.module.css';
import { useLinks } from './useOverview';

/** The links to institutions, the worst first. */
export function LinkList() {
  const { t } = useTranslation('console');
  const { data, error, refetch } = useLinks();
  return (
    <section className="card" aria-labelledby="links">
      <h2 id="links">{t('links.title')}</h2>
      {!data && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={3} /> : null}
      {data && !data.probing ? (
        <NothingHere title={t('links.off')}>
          <p>{t('links.offHint')}</p>
          <code>HELAN_LINK_NETWORKS</code>
        </NothingHere>
      ) : null}
      {data?.probing && data.links.length === 0 ? (
        <NothingHere title={t('links.empty')}>
          <p>{t('links.emptyHint')}</p>
        </NothingHere>
      ) : null}
      {data && data.links.length > 0 ? (
        <ul className={styles.loads}>
          {data.links.map((link) => (
            <LinkRow key={link.endpoint} link={link} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

const TONES: Record<LinkState, Tone> = { ok: 'good', degraded: 'warning', down: 'bad', unknown: 'plain' };

function LinkRow({ link }: { link: Link }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  return (
    <li className={styles.load}>
      <div className={styles.loadHead}>
        <span className={styles.loadSource} title={link.address}>
          {link.name}
        </span>
        <StatusTag tone={TONES[link.state]}>{t(`links.${link.state}`)}</StatusTag>
      </div>
      <p className={`small muted ${styles.loadFacts}`}>
        {link.since ? <span>{t('links.since', { when: formatAgo(link.since, Date.now(), language) })}</span> : null}
        {link.reason ? <strong className={styles.refused}>{t(`links.reasons.${link.reason}`)}</strong> : null}
        {link.latency === undefined ? null : <span>{t('links.latency', { number: formatCount(Math.round(link.latency), language) })}</span>}
      </p>
    </li>
  );
}
