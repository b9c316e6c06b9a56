import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from './bundles';

export const CARD_STATES = ['applied', 'active', 'suspended', 'cancelled', 'replaced'] as const;
export type CardState = (typeof CARD_STATES)[number];

/** `heldAtCounter`: suspended at a counter or by telephone, where alone it is taken up again. */
export type Card = { state: CardState; number: string; issued: string | undefined; changed: string | undefined; heldAtCounter: boolean };
/** A number that the resident has at an insurer or a payment service. */
export type CardAccount = { party: string; name: string; kind: 'insurance' | 'payment'; number: string; since: string | undefined };
export type CardStep = 'apply' | 'issue' | 'suspend' | 'resume' | 'replace' | 'cancel';

/** The card that counts, the ones before it, and the steps that may be taken: `Patient/[id]/$health-card`. */
export type Cards = { live: Card | undefined; earlier: Card[]; accounts: CardAccount[]; may: CardStep[] };

export function cardsIn(answer: Parameters): Cards {
  const all = repetitionsOf(answer, 'card').map((part): Card => {
    const state = part.text('state');
    return {
      state: CARD_STATES.find((known) => known === state) ?? 'cancelled',
      number: part.text('number') ?? '',
      issued: part.text('issued'),
      changed: part.text('changed'),
      heldAtCounter: part.text('held-by') === 'counter',
    };
  });
  const isLive = ({ state }: Card) => state === 'applied' || state === 'active' || state === 'suspended';
  return {
    live: all.find(isLive),
    earlier: all.filter((card) => !isLive(card)),
    accounts: repetitionsOf(answer, 'account').map((part) => ({
      party: part.text('party') ?? '',
      name: part.text('name') ?? '',
      kind: part.text('kind') === 'insurance' ? 'insurance' : 'payment',
      number: part.text('number') ?? '',
      since: part.text('since'),
    })),
    may: (answer.parameter ?? []).flatMap(({ name, valueCode }) => (name === 'may' && valueCode ? [valueCode as CardStep] : [])),
  };
}
