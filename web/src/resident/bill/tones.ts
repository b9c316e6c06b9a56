import type { BillState, MoneyState, ShareState } from '../../shared/settlement/bills';
import type { Tone } from '../ui/ui';

export const BILL_TONES: Record<BillState, Tone> = { presettled: 'plain', settling: 'running', owing: 'warning', deferred: 'warning', settled: 'good', reversing: 'running', reversed: 'plain' };
export const SHARE_TONES: Record<ShareState, Tone> = { open: 'plain', asked: 'running', agreed: 'good', refused: 'bad', differs: 'bad', back: 'plain' };
export const MONEY_TONES: Record<MoneyState, Tone> = { held: 'good', 'going-back': 'running', back: 'plain', carried: 'plain' };
