import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import { AsOf } from '../Moment';
import styles from './Slots.module.css';
import { useQueues, type QueueCounts } from './useSlots';

/** A wait that is longer is pointed out: an hour, ours and no regulation's. */
const LONG_MINUTES = 60;

/** Who waits where, renewed every ten seconds: of the region by institution, of an institution by queue. */
export function QueuesNow({ institution, onOpen }: { institution: string | undefined; onOpen: (institution: string) => void }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const queues = useQueues(institution, true);
  const names = useNames((queues.data?.queues ?? []).map((one) => one.institution));
  const count = (value: number | undefined) => (value === undefined ? '–' : formatCount(value, language));
  const minutes = (value: number | undefined) => (value === undefined ? '–' : t('queues.minutes', { number: formatCount(value, language) }));
  const nameOf = (one: QueueCounts) => one.name ?? names.get(one.institution ?? '') ?? one.key;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="queues">
      <div className={styles.head}>
        <h2 id="queues">{t('queues.title')}</h2>
        <AsOf moment={queues.data?.asOf} />
      </div>
      {queues.data === undefined ? (
        queues.error ? (
          <LoadFailed error={queues.error} onRetry={() => void queues.refetch()} />
        ) : (
          <LoadingLines rows={5} />
        )
      ) : queues.data.queues.length === 0 ? (
        <NothingHere title={t('queues.none')}>{t('queues.noneHint')}</NothingHere>
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="queues" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t(institution === undefined && queues.data.queues.some((one) => one.institution) ? 'slots.names.institution' : 'queues.queue')}</th>
                {(['waiting', 'called', 'serving', 'missed', 'served', 'mean', 'longest'] as const).map((column) => (
                  <th key={column} scope="col" className="number">
                    {t(`queues.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {queues.data.queues.map((one) => (
                <tr key={one.key}>
                  <th scope="row">
                    {one.institution ? (
                      <button type="button" className={styles.link} onClick={() => onOpen(one.key.slice('Organization/'.length))}>
                        {nameOf(one)}
                      </button>
                    ) : (
                      <>
                        {nameOf(one)} {one.where ? <span className="muted small">{one.where}</span> : null} {one.open ? null : <StatusTag>{t('queues.closed')}</StatusTag>}
                      </>
                    )}
                  </th>
                  <td className="number">
                    <strong>{count(one.waiting)}</strong>
                  </td>
                  <td className="number">{count(one.called)}</td>
                  <td className="number">{count(one.serving)}</td>
                  <td className="number">{count(one.missed)}</td>
                  <td className="number">{count(one.served)}</td>
                  <td className="number">{minutes(one.mean)}</td>
                  <td className="number">{one.longest !== undefined && one.longest >= LONG_MINUTES ? <StatusTag tone="alert">{minutes(one.longest)}</StatusTag> : minutes(one.longest)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="muted small">{t('queues.hint')}</p>
    </section>
  );
}
