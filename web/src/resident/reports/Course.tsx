import { useTranslation } from 'react-i18next';
import { formatMeasure } from '../../shared/format/numbers';
import { sparkline, type Row } from '../../shared/record/flowSheet';
import styles from './Reports.module.css';

const WIDTH = 120;
const HEIGHT = 32;

/** How a value went until this report: the line, the range as a band, what is off as red dots. */
export function Course({ row }: { row: Row | undefined }) {
  const { t } = useTranslation('reports');
  const drawn = row && sparkline(row, WIDTH, HEIGHT);
  if (!drawn) return null;
  const last = drawn.points.length - 1;
  return (
    <span className={styles.course}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('course', { count: drawn.count, least: formatMeasure(drawn.least), most: formatMeasure(drawn.most) })}>
        {drawn.band ? <rect x="0" width={WIDTH} y={drawn.band.top} height={Math.max(0, drawn.band.bottom - drawn.band.top)} className={styles.band} /> : null}
        <polyline points={drawn.points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} className={styles.line} />
        {drawn.points.map(({ x, y, standing }, index) =>
          standing || index === last ? <circle key={index} cx={x.toFixed(1)} cy={y.toFixed(1)} r={index === last ? 3 : 2.2} className={standing ? styles.outside : styles.dot} /> : null,
        )}
      </svg>
    </span>
  );
}
