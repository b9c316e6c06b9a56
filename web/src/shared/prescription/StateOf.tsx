import { useTranslation } from 'react-i18next';
import { StatusTag, type Tone } from '../StatusTag';
import type { State } from './prescriptions';

const TONES: Record<State, Tone> = { held: 'alert', waiting: 'plain', taken: 'running', returned: 'alert', effective: 'good', refused: 'bad', withdrawn: 'plain' };

export function StateOf({ state }: { state: State }) {
  const { t } = useTranslation('prescription');
  return <StatusTag tone={TONES[state]}>{t(`state.${state}`)}</StatusTag>;
}
