import type { Dosage, Parameters, Reference } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import { idOf } from '../fhir/words';

export type CirculationState = 'available' | 'locked' | 'dispensed' | 'completed' | 'expired' | 'cancelled';
export type Way = 'pickup' | 'cabinet' | 'delivery';

/** A prescription on its way to who takes it. `task` is the id of its review's Task. */
export type Circulation = {
  task: string;
  state: CirculationState;
  /** When it is worth nothing any more. */
  until: string | undefined;
  /** When the pharmacy has held it too long. */
  held: string | undefined;
  changed: string | undefined;
  way: Way | undefined;
  /** Whether there is a code that counts. */
  token: boolean;
  shop: string | undefined;
  shopName: string | undefined;
  parcel: string | undefined;
  patient: string | undefined;
  /** Id of the Patient; told to who holds it. */
  subject: string | undefined;
  /** False where the region has no prices, and nothing is settled; told to pharmacies. */
  charging: boolean | undefined;
  /** A drug counted out that has to be kept cold; told to pharmacies. */
  cold: string | undefined;
  telephone: string | undefined;
  address: string | undefined;
  /** Steps that may be taken now. */
  open: string[];
};

export type DrugLeft = { request: string; name: string; dosage: Dosage | undefined; prescribed: number; dispensed: number; left: number; unit: string; substitution: boolean };

/** What was counted out: on the counter, in the resident's hands, or back on the shelf. */
export type Counted = { dispense: string; request: string; shop: string; quantity: number; price: string; state: 'out' | 'handed' | 'back'; at: string | undefined; traces: string[]; charge: string | undefined; payment: Payment | undefined; through: boolean; claim: string | undefined };

/** Where its money is: in no bill yet, paid at another till, or as the bill says. */
export type Payment = 'open' | 'elsewhere' | 'settling' | 'owing' | 'deferred' | 'settled' | 'reversing';

/** What is counted out and charged. */
export const chargedIn = (counted: readonly Counted[]): Counted[] => counted.filter(({ state, charge }) => state === 'out' && charge !== undefined);
export const isOpenCharge = ({ payment }: Counted): boolean => payment === 'open';
/** Whether it may not leave the pharmacy yet. */
export const isUnpaid = ({ state, payment, through }: Counted): boolean => state === 'out' && payment !== undefined && payment !== 'elsewhere' && !through;

export type Attempt = { at: string | undefined; what: 'replayed' | 'replaced' | 'elsewhere' | 'expired' | 'taken'; shop: string };

export type Whole = { circulation: Circulation; drugs: DrugLeft[]; counted: Counted[]; attempts: Attempt[] };

const full = (text: string | undefined): string | undefined => (text ? text : undefined);
const id = (reference: Reference | undefined): string => idOf(reference?.reference) ?? '';
const named = (reference: Reference | undefined): string => reference?.display ?? id(reference);

function circulationOf(parts: Parts): Circulation {
  const shop = parts.reference('shop');
  return {
    task: id(parts.reference('task')),
    state: (parts.text('state') ?? 'available') as CirculationState,
    until: parts.text('until'),
    held: parts.text('held'),
    changed: parts.text('changed'),
    way: full(parts.text('way')) as Way | undefined,
    token: parts.flag('token') ?? false,
    shop: full(id(shop)),
    shopName: shop && named(shop),
    parcel: full(parts.text('parcel')),
    patient: full(parts.text('patient')),
    subject: full(id(parts.reference('subject'))),
    charging: parts.flag('charging'),
    cold: full(parts.text('cold')),
    telephone: full(parts.text('telephone')),
    address: full(parts.text('address')),
    open: parts.texts('open'),
  };
}

/** What `$circulations` answers. */
export const circulationsIn = (answer: Parameters): Circulation[] => repetitionsOf(answer, 'circulation').map(circulationOf);

/** What `Task/[id]/$circulation` and the steps answer. */
export function wholeIn(answer: Parameters): Whole {
  const [circulation] = circulationsIn(answer);
  if (!circulation) throw new Error('no circulation in the answer');
  return {
    circulation,
    drugs: repetitionsOf(answer, 'drug').map((parts) => ({
      request: id(parts.reference('request')),
      name: parts.text('name') ?? '',
      dosage: parts.part('dosage')?.valueDosage,
      prescribed: parts.number('prescribed') ?? 0,
      dispensed: parts.number('dispensed') ?? 0,
      left: parts.number('left') ?? 0,
      unit: parts.text('unit') ?? '',
      substitution: parts.flag('substitution') ?? false,
    })),
    counted: repetitionsOf(answer, 'dispensed').map((parts) => ({
      dispense: id(parts.reference('dispense')),
      request: id(parts.reference('request')),
      shop: named(parts.reference('shop')),
      quantity: parts.number('quantity') ?? 0,
      price: parts.text('price') ?? '',
      state: (parts.text('state') ?? 'out') as Counted['state'],
      at: parts.text('at'),
      traces: parts.texts('trace'),
      charge: full(id(parts.reference('charge'))),
      payment: full(parts.text('payment')) as Payment | undefined,
      through: parts.flag('through') ?? false,
      claim: full(id(parts.reference('claim'))),
    })),
    attempts: repetitionsOf(answer, 'attempt').map((parts) => ({ at: parts.text('at'), what: (parts.text('what') ?? 'replayed') as Attempt['what'], shop: named(parts.reference('shop')) })),
  };
}

/** What a pharmacy offers for a prescription. */
export type Offer = {
  shop: string;
  name: string;
  address: string | undefined;
  telephone: string | undefined;
  ways: Way[];
  whole: boolean;
  total: string;
  kilometres: number | undefined;
  /** Undefined where the pharmacy does not say when it is open. */
  open: boolean | undefined;
  told: string | undefined;
  old: boolean;
  drugs: { request: string; name: string; count: number; unit: string; price: string; substitute: boolean }[];
};

/** What `Task/[id]/$offers` answers, in its order. */
export const offersIn = (answer: Parameters): Offer[] =>
  repetitionsOf(answer, 'offer').map((parts) => ({
    shop: id(parts.reference('shop')),
    name: named(parts.reference('shop')),
    address: full(parts.text('address')),
    telephone: full(parts.text('telephone')),
    ways: parts.texts('way') as Way[],
    whole: parts.flag('whole') ?? false,
    total: parts.text('total') ?? '',
    kilometres: parts.number('kilometres'),
    open: parts.flag('open'),
    told: parts.text('told'),
    old: parts.flag('old') ?? false,
    drugs: parts.parts('drug').map((drug) => ({
      request: id(drug.reference('request')),
      name: drug.text('name') ?? '',
      count: drug.number('count') ?? 0,
      unit: drug.text('unit') ?? '',
      price: drug.text('price') ?? '',
      substitute: drug.flag('substitute') ?? false,
    })),
  }));
