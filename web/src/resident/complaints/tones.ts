import type { ComplaintState } from '../../shared/complaint/complaints';
import type { Tone } from '../ui/ui';

export const TONES: Record<ComplaintState, Tone> = { open: 'running', answered: 'warning', escalated: 'running', accepted: 'good', upheld: 'good', dismissed: 'plain', withdrawn: 'plain' };
