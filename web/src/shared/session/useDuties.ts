import { useMe } from './useMe';

/** `care`: doctors and nurses, and whoever has no other duty here, as at a desk. */
export type Duties = { care: boolean; pharmacist: boolean; pharmacy: boolean; courier: boolean; delivery: boolean; cashier: boolean; insurance: boolean; finance: boolean; quality: boolean };

const POST = 'https://helan.health/fhir/CodeSystem/practitioner-role|';
const ADMINISTRATION = 'https://helan.health/fhir/CodeSystem/post|administration';
const PHARMACY = 'https://helan.health/fhir/CodeSystem/pharmacy-service|';

const CARING = new Set(['physician', 'assistant-physician', 'rural-doctor', 'nurse']);

/**
 * What whoever is signed in may be offered to do, by licence and post; undefined while that is not known. The platform asks again
 * at each step: this only spares pages that would be refused, and a look through the audit that would be full of it.
 */
export function useDuties(): Duties | undefined {
  const { data: me } = useMe();
  if (!me) return undefined;
  const codes = new Set(me.role === 'practitioner' ? me.post?.codes : []);
  const pharmacist = me.role === 'practitioner' && (me.licences?.includes('pharmacist') ?? false);
  const pharmacy = pharmacist || codes.has(`${PHARMACY}staff`);
  const courier = codes.has(`${PHARMACY}courier`);
  const officer = codes.has(`${POST}finance-officer`);
  const duties = {
    pharmacist,
    pharmacy,
    courier,
    delivery: pharmacy || courier,
    cashier: officer || codes.has(`${POST}cashier`),
    finance: officer,
    insurance: officer || codes.has(`${POST}insurance-officer`),
    quality: codes.has(`${POST}quality-officer`) || codes.has(ADMINISTRATION),
  };
  const cares = me.role === 'practitioner' && (me.licences?.some((kind) => CARING.has(kind)) ?? false);
  return { ...duties, care: cares || !Object.values(duties).includes(true) };
}
