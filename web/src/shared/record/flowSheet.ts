import type { Result } from '../fhir/observations';
import { dayOf, startOf } from '../format/dates';

/** One measured thing over time. `results` newest first. */
export type Row = { key: string; name: string; unit: string | undefined; category: Result['category']; results: Result[] };

export type Sheet = { days: string[]; rows: Row[] };

const CATEGORIES: Result['category'][] = ['laboratory', 'vital-signs', 'other'];

/** Rows by measured thing (laboratory first, then by how often), columns by day, newest first, at most `columns` days. */
export function sheetOf(results: Result[], columns: number): Sheet {
  const rows = new Map<string, Row>();
  const days = new Set<string>();
  const newestFirst = results
    .map((result) => ({ result, at: result.date === undefined ? 0 : startOf(result.date) }))
    .sort((a, b) => b.at - a.at)
    .map(({ result }) => result);
  for (const result of newestFirst) {
    const day = dayOf(result.date);
    if (day) days.add(day);
    const row = rows.get(result.key);
    if (row) row.results.push(result);
    else rows.set(result.key, { key: result.key, name: result.name, unit: result.unit, category: result.category, results: [result] });
  }
  return {
    days: [...days].sort().reverse().slice(0, columns),
    rows: [...rows.values()].sort(
      (a, b) => CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category) || b.results.length - a.results.length || a.name.localeCompare(b.name),
    ),
  };
}

/** The last result of a row on a day. */
export const resultOn = (row: Row, day: string): Result | undefined => row.results.find((result) => dayOf(result.date) === day);

export const isAbnormal = (row: Row): boolean => row.results[0]?.standing !== undefined;

/**
 * A row's numbers as points of a box of `width` × `height`, oldest left, time to scale; with the reference range as a band
 * where it is known. Absent if there are fewer than two numbers.
 */
export function sparkline(row: Row, width: number, height: number) {
  const pad = 4;
  const numbers = row.results.filter((result) => result.number !== undefined && result.date !== undefined).reverse();
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (!first || !last || numbers.length < 2) return undefined;
  const values = numbers.map(({ number }) => number ?? 0);
  const { low, high } = last;
  const bottom = Math.min(...values, ...(low === undefined ? [] : [low]));
  const top = Math.max(...values, ...(high === undefined ? [] : [high]));
  const from = startOf(first.date ?? '');
  const span = startOf(last.date ?? '') - from;
  const x = (date: string | undefined, index: number) =>
    pad + (span > 0 ? (startOf(date ?? '') - from) / span : index / (numbers.length - 1)) * (width - 2 * pad);
  const y = (value: number) => (top === bottom ? height / 2 : height - pad - ((value - bottom) / (top - bottom)) * (height - 2 * pad));
  const band = low === undefined && high === undefined ? undefined : { top: high === undefined ? 0 : y(high), bottom: low === undefined ? height : y(low) };
  return {
    points: numbers.map((result, index) => ({ x: x(result.date, index), y: y(result.number ?? 0), standing: result.standing })),
    band,
    least: Math.min(...values),
    most: Math.max(...values),
    count: numbers.length,
  };
}
