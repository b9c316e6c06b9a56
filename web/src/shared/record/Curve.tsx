import { formatMeasure } from '../format/numbers';
import styles from './Curve.module.css';
import { sparkline, type Row } from './flowSheet';

const WIDTH = 120;

type Said = { count: number; least: string; most: string };

/** A row's course at a glance: the line, the reference range as a band, values outside it as red dots. Nothing where there is no course. */
export function Curve({ row, height, className, label }: { row: Row; height: number; className: string | undefined; label: (said: Said) => string }) {
  const drawn = sparkline(row, WIDTH, height);
  if (!drawn) return null;
  const last = drawn.points.length - 1;
  return (
    <svg className={className} viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label({ count: drawn.count, least: formatMeasure(drawn.least), most: formatMeasure(drawn.most) })}>
      {drawn.band ? <rect x="0" width={WIDTH} y={drawn.band.top} height={Math.max(0, drawn.band.bottom - drawn.band.top)} className={styles.band} /> : null}
      <polyline points={drawn.points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} className={styles.line} />
      {drawn.points.map(({ x, y, standing }, index) =>
        standing || index === last ? <circle key={index} cx={x.toFixed(1)} cy={y.toFixed(1)} r={index === last ? 3 : 2.2} className={standing ? styles.outside : styles.dot} /> : null,
      )}
    </svg>
  );
}
