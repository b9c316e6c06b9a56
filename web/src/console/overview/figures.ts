import type { Parts } from '../../shared/fhir/bundles';
import { startOf } from '../../shared/format/dates';

export type TypeCount = { type: string; count: number };

export function countsIn(repetitions: Parts[]): TypeCount[] {
  return repetitions
    .flatMap((parts) => {
      const type = parts.text('type');
      const count = parts.number('count');
      return type === undefined || count === undefined || count === 0 ? [] : [{ type, count }];
    })
    .sort((a, b) => b.count - a.count || a.type.localeCompare(b.type));
}

export const totalOf = (counts: TypeCount[]): number => counts.reduce((total, { count }) => total + count, 0);

export const countOf = (counts: TypeCount[], type: string): number =>
  counts.find((candidate) => candidate.type === type)?.count ?? 0;

export const LOAD_STATES = ['running', 'stalled', 'failed', 'done'] as const;
export type LoadState = (typeof LOAD_STATES)[number];

/** One `helan load` or demo load. `total` and `done` count its files or bundles, `resources` and `refused` resources. */
export type Load = {
  id: string;
  source: string;
  state: LoadState;
  started: string | undefined;
  updated: string | undefined;
  total: number | undefined;
  done: number;
  refused: number;
  resources: number;
  /** Resources per second: lately while it runs, on the whole once it has ended. */
  rate: number | undefined;
};

export function loadsIn(repetitions: Parts[]): Load[] {
  return repetitions
    .flatMap((parts): Load[] => {
      const id = parts.text('id');
      if (id === undefined) return [];
      const state = LOAD_STATES.find((known) => known === parts.text('state')) ?? 'stalled';
      const load = {
        id,
        source: parts.text('source') ?? id,
        state,
        started: parts.text('started'),
        updated: parts.text('updated'),
        total: parts.number('total'),
        done: parts.number('done') ?? 0,
        refused: parts.number('refused') ?? 0,
        resources: parts.number('resources') ?? 0,
      };
      return [{ ...load, rate: perSecond(load.resources, load.started, load.updated) }];
    })
    .sort((a, b) => LOAD_STATES.indexOf(a.state) - LOAD_STATES.indexOf(b.state) || (b.started ?? '').localeCompare(a.started ?? ''));
}

function perSecond(resources: number, from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const seconds = (startOf(to) - startOf(from)) / 1000;
  return seconds > 0 ? resources / seconds : undefined;
}

/** A running load's rate since the last look, where the server has reported progress since; else what was known. */
export function withRates(before: Load[] | undefined, now: Load[]): Load[] {
  return now.map((load) => {
    if (load.state !== 'running') return load;
    const last = before?.find(({ id }) => id === load.id);
    if (!last) return load;
    const lately = perSecond(load.resources - last.resources, last.updated, load.updated);
    return { ...load, rate: lately ?? last.rate };
  });
}
