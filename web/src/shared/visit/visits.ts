import type { Parameters, Reference } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';

export type Side = 'resident' | 'doctor';
export const VISIT_STATES = ['applied', 'eligible', 'accepted', 'in-progress', 'closed', 'offline', 'refunded'] as const;
export type VisitState = (typeof VISIT_STATES)[number];

/** Of what the line tells and what the list does, the state that comes later: a visit never goes back. */
export const further = (one: VisitState | undefined, other: VisitState): VisitState => (one !== undefined && VISIT_STATES.indexOf(one) > VISIT_STATES.indexOf(other) ? one : other);

/** How far each side is with the other's messages: the highest number that has reached it, and that it has read. */
export type Marks = Record<Side, { got: number; read: number }>;

export type Message = { number: number; side: Side; kind: 'text' | 'picture'; token: string; at: string; text?: string | undefined };

/** A visit on line as `$visits` and `$conversation` tell it. */
export type Visit = {
  id: string;
  state: VisitState;
  side: Side;
  applied: string;
  since: string;
  last: number;
  marks: Marks;
  steps: string[];
  patient: Reference | undefined;
  practitioner: Reference | undefined;
  department: Reference | undefined;
  diagnosis: { code: string; display: string } | undefined;
  complaint: string;
  consent: string | undefined;
  note: string | undefined;
  refundDue: boolean;
  /** In yuan; 0 for nothing. */
  fee: number;
  paid: boolean;
};

/** Whether the visit waits for its fee before it goes to the doctor. */
export const isFeeOpen = ({ state, fee, paid }: Visit): boolean => state === 'eligible' && fee > 0 && !paid;

const stateOf = (word: string | undefined): VisitState => VISIT_STATES.find((one) => one === word) ?? 'applied';
const sideOf = (word: string | undefined): Side => (word === 'doctor' ? 'doctor' : 'resident');

export function visitsIn(answer: Parameters): Visit[] {
  return (answer.parameter ?? [])
    .filter(({ name }) => name === 'visit')
    .map((parameter) => {
      const [part] = repetitionsOf({ resourceType: 'Parameters', parameter: [parameter] }, 'visit') as [Parts];
      const coding = parameter.part?.find(({ name }) => name === 'diagnosis')?.valueCoding;
      const mark = (side: Side) => ({ got: part.number(`${side}-got`) ?? 0, read: part.number(`${side}-read`) ?? 0 });
      return {
        id: part.reference('visit')?.reference?.replace('Encounter/', '') ?? '',
        state: stateOf(part.text('state')),
        side: sideOf(part.text('side')),
        applied: part.text('applied') ?? '',
        since: part.text('since') ?? '',
        last: part.number('last') ?? 0,
        marks: { resident: mark('resident'), doctor: mark('doctor') },
        steps: part.texts('step'),
        patient: part.reference('patient'),
        practitioner: part.reference('practitioner'),
        department: part.reference('department'),
        diagnosis: coding ? { code: coding.code ?? '', display: coding.display ?? coding.code ?? '' } : undefined,
        complaint: part.text('complaint') ?? '',
        consent: part.reference('consent')?.reference,
        note: part.reference('note')?.reference,
        refundDue: part.flag('refund-due') ?? false,
        fee: parameter.part?.find(({ name }) => name === 'fee')?.valueMoney?.value ?? 0,
        paid: part.flag('paid') ?? false,
      };
    });
}

export function messagesIn(answer: Parameters): Message[] {
  return repetitionsOf(answer, 'message').map((part) => ({
    number: part.number('number') ?? 0,
    side: sideOf(part.text('side')),
    kind: part.text('kind') === 'picture' ? 'picture' : 'text',
    token: part.text('token') ?? '',
    at: part.text('at') ?? '',
    text: part.text('text'),
  }));
}

export const pathOf = (visit: string, operation: string): string => `Encounter/${encodeURIComponent(visit)}/$${operation}`;
