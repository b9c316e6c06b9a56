import type { Parameters } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { countsIn, loadsIn, withRates, type Load } from './figures';

const load = (more: Partial<Load> = {}): Load => ({
  id: '1',
  source: 'a.zip',
  state: 'running',
  started: '2026-11-22T01:00:00Z',
  updated: '2026-11-22T01:00:10Z',
  total: 10,
  done: 1,
  refused: 0,
  resources: 1000,
  rate: 100,
  ...more,
});

describe('The rate of a load', () => {
  test('is what it did since the last look, while it runs', () => {
    const [now] = withRates([load()], [load({ updated: '2026-11-22T01:00:12Z', resources: 5000, rate: 417 })]);
    expect(now?.rate).toBe(2000);
  });

  test('stays while the server has reported nothing new', () => {
    expect(withRates([load({ rate: 2000 })], [load()])[0]?.rate).toBe(2000);
  });

  test('is that of the whole load once it is done', () => {
    expect(withRates([load()], [load({ state: 'done', resources: 1100, rate: 90 })])[0]?.rate).toBe(90);
  });
});

test('Loads are read from Parameters, the running ones first, an unknown state as stalled', () => {
  const repetition = (id: string, state: string, started: string): NonNullable<Parameters['parameter']>[number] => ({
    name: 'load',
    part: [
      { name: 'id', valueString: id },
      { name: 'state', valueCode: state },
      { name: 'started', valueInstant: started },
      { name: 'updated', valueInstant: '2026-11-22T01:00:10Z' },
      { name: 'resources', valueDecimal: 500 },
    ],
  });
  const parameters: Parameters = {
    resourceType: 'Parameters',
    parameter: [repetition('old', 'done', '2026-11-22T00:00:00Z'), repetition('odd', 'paused', '2026-11-22T00:00:00Z'), repetition('new', 'running', '2026-11-22T01:00:00Z')],
  };
  expect(loadsIn(repetitionsOf(parameters, 'load')).map(({ id, state, rate }) => [id, state, rate && Math.round(rate)])).toEqual([
    ['new', 'running', 50],
    ['odd', 'stalled', 0],
    ['old', 'done', 0],
  ]);
});

test('Types without resources are left out, the most frequent come first', () => {
  const count = (type: string, valueDecimal: number) => ({ name: 'resources', part: [{ name: 'type', valueCode: type }, { name: 'count', valueDecimal }] });
  const parameters: Parameters = { resourceType: 'Parameters', parameter: [count('Patient', 2), count('Basic', 0), count('Observation', 9)] };
  expect(countsIn(repetitionsOf(parameters, 'resources'))).toEqual([
    { type: 'Observation', count: 9 },
    { type: 'Patient', count: 2 },
  ]);
});
