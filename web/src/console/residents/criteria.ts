import { cleanIdentityNumber } from '../../shared/format/identity';
import { parseBirthDate } from '../../shared/format/dates';

/** What is searched for, as typed. Empty fields do not count; several must all hold. */
export type Criteria = { name: string; identifier: string; birthDate: string };

export const NOTHING: Criteria = { name: '', identifier: '', birthDate: '' };

export const isEmpty = (criteria: Criteria): boolean => Object.values(criteria).every((value) => value.trim() === '');

const PAGE = 50;

/**
 * The FHIR search for `criteria`; everybody, the last changed first, if nothing is asked. Parts of a name that are apart by
 * a space must all match: `Smith John` finds John Smith.
 */
export function searchFor(criteria: Criteria): URLSearchParams {
  const parameters = new URLSearchParams({ _count: String(PAGE) });
  for (const part of criteria.name.trim().split(/\s+/).filter(Boolean)) parameters.append('name', escape(part));
  const identifier = cleanIdentityNumber(criteria.identifier);
  if (identifier) parameters.set('identifier', escape(identifier));
  const birthDate = parseBirthDate(criteria.birthDate);
  if (birthDate) parameters.set('birthdate', birthDate);
  if (isEmpty(criteria)) parameters.set('_sort', '-_lastUpdated');
  return parameters;
}

/** FHIR's own separators inside a value are escaped (R4 search, 3.1.1.4.0.1). */
const escape = (value: string) => value.replace(/[\\,|$]/g, '\\$&');
