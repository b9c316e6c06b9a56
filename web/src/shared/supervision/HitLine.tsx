import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { idOf } from '../fhir/words';
import { formatMoment } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import styles from './Supervision.module.css';
import type { Hit } from './useSupervision';

/** A hit with its reason and source. `links`: to its case and to the replay, for regulators. */
export function HitLine({ hit, choice, links = false }: { hit: Hit; choice?: React.ReactNode; links?: boolean }) {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  return (
    <li>
      <div className={styles.row}>
        <span className={styles.tags}>
          {choice}
          <strong>{hit.title}</strong>
          {hit.stopped ? <StatusTag tone="warning">{t('hits.stopped')}</StatusTag> : null}
          {hit.trial ? <StatusTag>{t('hits.trial')}</StatusTag> : null}
          {hit.cleared ? <StatusTag>{t('hits.cleared')}</StatusTag> : null}
          {hit.inCase === undefined || !links ? null : (
            <Link to={`/supervision/cases?id=${encodeURIComponent(hit.inCase)}`}>
              <StatusTag tone="running">{t('hits.inCase')}</StatusTag>
            </Link>
          )}
        </span>
        <span className="muted small">{formatMoment(hit.at, language)}</span>
      </div>
      {hit.sentence === undefined ? null : <p>{hit.sentence}</p>}
      <p className="muted small">
        {[hit.institution?.display, hit.doctor ? `${t('hits.doctor')} ${hit.doctor.display ?? hit.doctor.reference ?? ''}` : undefined].filter(Boolean).join(' · ')}
        {hit.encounter === undefined || hit.stopped || !links ? null : (
          <>
            {' · '}
            <Link to={`/supervision/replay/${encodeURIComponent(idOf(hit.encounter) ?? '')}`}>{t('hits.replay')}</Link>
          </>
        )}
      </p>
      {hit.source === undefined ? null : <p className="muted small">{t('hits.source', { source: hit.source, version: hit.version })}</p>}
    </li>
  );
}
