import { useTranslation } from 'react-i18next';
import type { Result, Standing } from '../fhir/observations';
import styles from './Record.module.css';

/**
 * A value with its arrow; a critical one stands on a filled ground. The arrow is said in words to those who do not see it.
 * `aligned`: values without an arrow keep its place free, so that digits of a column stand below one another.
 */
export function Value({ result, withUnit = false, withRange = false, aligned = false }: { result: Result; withUnit?: boolean; withRange?: boolean; aligned?: boolean }) {
  const { standing } = result;
  return (
    <span className={styles.value} data-number={result.number !== undefined} title={result.exact === result.value ? undefined : result.exact}>
      <span className={standing ? (standing.critical ? styles.critical : styles.abnormal) : undefined}>
        {result.value}
        {standing ? <Arrow standing={standing} /> : aligned && result.number !== undefined ? <span className={styles.noArrow} /> : null}
      </span>
      {withUnit && result.unit ? <span className="muted small">{result.unit}</span> : null}
      {withRange && result.range ? <span className="muted small">({result.range})</span> : null}
    </span>
  );
}

function Arrow({ standing }: { standing: Standing }) {
  const { t } = useTranslation('record');
  const word = t(`standing.${standing.direction}`);
  return (
    <>
      <span aria-hidden="true" className={styles.arrow}>{{ high: '↑', low: '↓', abnormal: '!' }[standing.direction]}</span>
      <span className="visually-hidden"> {standing.critical ? t('standing.critical', { word }) : word}</span>
    </>
  );
}
