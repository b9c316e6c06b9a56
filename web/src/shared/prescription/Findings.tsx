import { useTranslation } from 'react-i18next';
import { StatusTag, type Tone } from '../StatusTag';
import type { Base, Finding, Severity } from './prescriptions';
import styles from './Prescription.module.css';

const TONES: Record<Severity, Tone> = { forbid: 'bad', block: 'bad', warn: 'warning', info: 'plain' };

/**
 * What the rules found: what, why, by which source. `nameOf` tells which drug an item is. Knowledge that nobody answers for
 * says so, whatever was found.
 */
export function Findings({ findings, base, nameOf }: { findings: readonly Finding[]; base?: Base | undefined; nameOf?: (item: string) => string | undefined }) {
  const { t } = useTranslation('prescription');
  return (
    <>
      {findings.length === 0 ? <p className="muted">{t('findings.none')}</p> : null}
      <ul className={styles.findings}>
        {findings.map((finding) => (
          <li key={finding.key} data-severity={finding.severity}>
            <p>
              <StatusTag tone={TONES[finding.severity]}>{t(`severity.${finding.severity}`)}</StatusTag> <strong>{finding.title}</strong>{' '}
              <span className="muted small">{finding.items.flatMap((item) => nameOf?.(item) ?? []).join(' + ')}</span>
            </p>
            <p>{finding.sentence}</p>
            {finding.severity === 'forbid' && !finding.trial ? <p>{t('findings.forbidden')}</p> : null}
            <p className="muted small">
              {[finding.code, t('findings.source', { source: finding.source }), finding.trial ? t('findings.trial') : undefined].filter(Boolean).join(' · ')}
            </p>
            {finding.mended ? <p>{t('findings.mended', { words: finding.mended })}</p> : null}
          </li>
        ))}
      </ul>
      {base ? (
        <p className="muted small">
          {base.verified ? null : <StatusTag tone="alert">{t('findings.demonstration')}</StatusTag>} {t('findings.base', { title: base.title, version: base.version })}
        </p>
      ) : null}
    </>
  );
}
