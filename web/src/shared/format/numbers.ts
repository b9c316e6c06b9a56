import type { Language } from './dates';

const whole = { zh: new Intl.NumberFormat('zh-CN'), en: new Intl.NumberFormat('en-GB') };

/** `198,176`. */
export const formatCount = (value: number, language: Language): string => whole[language].format(value);

/** A share between 0 and 1 as whole per cents; a dash where there is none. */
export const formatShare = (share: number | undefined): string => (share === undefined ? '–' : `${Math.round(share * 100)}%`);

/**
 * A measured value, short enough to read at a glance: whole numbers as they are, others with at most two decimals, below
 * one with three significant digits. The full value stays in the resource; cells carry it as their title.
 */
export function formatMeasure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 1) return String(Number(value.toFixed(2)));
  return String(Number(value.toPrecision(3)));
}

/** `1.2 MB`, for the size of a document. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
