import { useTranslation } from 'react-i18next';
import type { Result } from '../../shared/fhir/observations';
import ui from '../ui/Ui.module.css';

/** A measured thing and its value, with an arrow and its word where it is off. */
export function Measured({ result }: { result: Result }) {
  const { t } = useTranslation('resident');
  const { name, value, unit, standing } = result;
  return (
    <span className={ui.value} style={{ width: '100%' }}>
      <span>{name}</span>
      <b className={standing ? ui.off : undefined}>
        {value}
        {standing ? (
          <>
            <span aria-hidden="true"> {{ high: '↑', low: '↓', abnormal: '!' }[standing.direction]}</span>
            <span className="visually-hidden"> {t(`results.standing.${standing.direction}`)}</span>
          </>
        ) : null}
        {unit ? <span className="muted small"> {unit}</span> : null}
      </b>
    </span>
  );
}
