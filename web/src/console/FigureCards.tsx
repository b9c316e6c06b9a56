import { Link } from 'react-router';
import styles from './FigureCards.module.css';

export type Figure = { name: string; value: string; hint: string; alarming?: boolean; to?: string };

/** Figures side by side, each with what it says; `to` leads to where it comes from. */
export function FigureCards({ shown }: { shown: Figure[] }) {
  return (
    <dl className={styles.figures}>
      {shown.map(({ name, value, hint, alarming, to }) => (
        <div key={name} className={`card ${styles.figure}`}>
          <dt>{to ? <Link to={to}>{name}</Link> : name}</dt>
          <dd className={alarming ? styles.alarming : undefined}>{value}</dd>
          <dd className={styles.hint}>{hint}</dd>
        </div>
      ))}
    </dl>
  );
}
