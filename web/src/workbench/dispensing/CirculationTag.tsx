import { useTranslation } from 'react-i18next';
import type { CirculationState } from '../../shared/dispensing/circulations';
import { StatusTag, type Tone } from '../../shared/StatusTag';

const TONES: Record<CirculationState, Tone> = { available: 'alert', locked: 'running', dispensed: 'running', completed: 'good', expired: 'plain', cancelled: 'plain' };

export function CirculationTag({ state }: { state: CirculationState }) {
  const { t } = useTranslation('dispensing');
  return <StatusTag tone={TONES[state]}>{t(`state.${state}`)}</StatusTag>;
}
