import type { OrderState, Refund } from '../../shared/pay/orders';
import type { Tone } from '../ui/ui';

export const TONES: Record<OrderState, Tone> = { created: 'warning', paying: 'running', paid: 'good', refunded: 'plain', closed: 'plain' };
export const REFUND_TONES: Record<Refund['state'], Tone> = { asked: 'running', done: 'good', refused: 'bad' };
