import type { Address, Annotation, CodeableConcept, HumanName, Identifier, Patient, Reference } from 'fhir/r4';
import { looksLikeIdentityNumber } from '../format/identity';

const han = /\p{Script=Han}/u;

/** A name as it is said: `张三` without a space, `Maribeth Kuhlman` given name first. */
export function nameText(name: HumanName | undefined): string | undefined {
  if (!name) return undefined;
  if (name.text) return name.text;
  const given = name.given ?? [];
  const family = name.family ?? '';
  if (han.test(family) || given.some((part) => han.test(part))) return family + given.join('');
  return [...given, family].filter(Boolean).join(' ') || undefined;
}

/** The name in use: official first, never an old one while there is another. */
export function nameOf(patient: Pick<Patient, 'name'>): string | undefined {
  const names = patient.name ?? [];
  const current = names.filter((name) => name.use !== 'old' && name.use !== 'maiden');
  return nameText(current.find((name) => name.use === 'official') ?? current[0] ?? names[0]);
}

/** Type codes of HL7 table 0203 (and the Chinese `ID`) that say: this is the person's national number. */
const NATIONAL = new Set(['NI', 'NNCHN', 'NN', 'ID', 'SS', 'SB']);

/** The national identity number: by its type code, else by its shape. */
export function identityNumberOf(patient: Pick<Patient, 'identifier'>): string | undefined {
  const identifiers = patient.identifier ?? [];
  const typed = (identifier: Identifier) => identifier.type?.coding?.some(({ code }) => code !== undefined && NATIONAL.has(code));
  const shaped = (identifier: Identifier) => looksLikeIdentityNumber(identifier.value ?? '');
  return (identifiers.find(shaped) ?? identifiers.find(typed))?.value;
}

/** What a code says to a reader: its text, else a Chinese display, else any display, else the code itself. */
export function conceptText(concept: CodeableConcept | undefined): string | undefined {
  if (!concept) return undefined;
  if (concept.text) return concept.text;
  const codings = concept.coding ?? [];
  const chinese = codings.find(({ display }) => display !== undefined && han.test(display));
  return chinese?.display ?? codings.find(({ display }) => display)?.display ?? codings.find(({ code }) => code)?.code;
}

export const referenceText = (reference: Reference | undefined): string | undefined =>
  reference?.display ?? reference?.identifier?.value;

export function addressText(address: Address | undefined): string | undefined {
  if (!address) return undefined;
  if (address.text) return address.text;
  const parts = [address.state, address.city, address.district, ...(address.line ?? [])].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(parts.some((part) => han.test(part ?? '')) ? '' : ', ');
}

export const noteText = (notes: Annotation[] | undefined): string | undefined =>
  notes?.map(({ text }) => text).join(' ') || undefined;

/** The last part of a reference: `Patient/12` and `http://…/fhir/Patient/12` both give `12`. */
export const idOf = (reference: string | undefined): string | undefined => reference?.split('/').pop();
