import type { BillState, ShareState } from '../../shared/settlement/bills';
import type { Tone } from '../../shared/StatusTag';

export const BILL_TONES: Record<BillState, Tone> = { presettled: 'plain', settling: 'running', owing: 'warning', deferred: 'warning', settled: 'good', reversing: 'running', reversed: 'plain' };
export const SHARE_TONES: Record<ShareState, Tone> = { open: 'plain', asked: 'running', agreed: 'good', refused: 'bad', differs: 'bad', back: 'plain' };

const TWO = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const yuan = (text: string): string => `¥${TWO.format(Number(text))}`;
