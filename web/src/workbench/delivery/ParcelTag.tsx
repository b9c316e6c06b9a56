import { useTranslation } from 'react-i18next';
import type { ParcelState } from '../../shared/dispensing/parcels';
import { StatusTag, type Tone } from '../../shared/StatusTag';

const TONES: Record<ParcelState, Tone> = { packed: 'alert', picked: 'running', transit: 'running', returning: 'warning', delivered: 'good', returned: 'plain' };

export function ParcelTag({ state }: { state: ParcelState }) {
  const { t } = useTranslation('dispensing');
  return <StatusTag tone={TONES[state]}>{t(`parcel.state.${state}`)}</StatusTag>;
}
