/** Resident identity numbers (公民身份号码, GB 11643-1999): 17 digits and a check character. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

/** Upper-cased, without the spaces and dashes that people type or scan. */
export const cleanIdentityNumber = (typed: string): string => typed.replace(/[\s-]/g, '').toUpperCase();

export const looksLikeIdentityNumber = (value: string): boolean => /^\d{17}[\dX]$/.test(value);

/** Whether the last character is the one that the first 17 digits ask for (GB 11643, MOD 11-2). */
export function hasRightCheckDigit(value: string): boolean {
  if (!looksLikeIdentityNumber(value)) return false;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(value[index]), 0);
  return CHECK[sum % 11] === value[17];
}

/**
 * `6401**********1234`: the region and the last four stay. Anything shorter keeps its last quarter only, so that
 * masking a short number (a passport, a record number) does not leave it readable.
 */
export function maskIdentifier(value: string): string {
  if (value.length >= 15) return `${value.slice(0, 4)}${'*'.repeat(value.length - 8)}${value.slice(-4)}`;
  const kept = Math.floor(value.length / 4);
  return `${'*'.repeat(value.length - kept)}${kept === 0 ? '' : value.slice(-kept)}`;
}
