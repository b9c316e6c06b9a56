import type { Observation } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { attachmentAddress, FhirError, ownAddress } from './client';
import { rangeText, readableUnit, resultsOf, standingOf } from './observations';
import { conceptText, identityNumberOf, nameOf } from './words';

const words = { yes: '是', no: '否' };
const glucose = (value: number, more: Partial<Observation> = {}): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '1558-6' }], text: '空腹血糖' },
  valueQuantity: { value, unit: 'mmol/L' },
  referenceRange: [{ low: { value: 3.9 }, high: { value: 6.1 } }],
  ...more,
});

describe('A result', () => {
  test('is high or low against its range, and neither at its ends', () => {
    expect([3.8, 3.9, 6.1, 6.2].map((value) => standingOf(glucose(value))?.direction)).toEqual(['low', undefined, undefined, 'high']);
  });

  test('is what the laboratory said, whatever the range', () => {
    const said = (code: string) => standingOf(glucose(5, { interpretation: [{ coding: [{ code }] }] }));
    expect(said('HH')).toEqual({ direction: 'high', critical: true });
    expect(standingOf(glucose(9, { interpretation: [{ coding: [{ code: 'N' }] }] }))).toBeUndefined();
  });

  test('is not judged by a range for others', () => {
    expect(standingOf(glucose(9, { referenceRange: [{ type: { coding: [{ code: 'treatment' }] }, high: { value: 7 } }] }))).toBeUndefined();
  });

  test('has one part for each component, with keys of their own', () => {
    const pressure: Observation = {
      resourceType: 'Observation',
      status: 'final',
      category: [{ coding: [{ code: 'vital-signs' }] }],
      code: { text: '血压' },
      component: [
        { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }], text: '收缩压' }, valueQuantity: { value: 142, code: 'mm[Hg]' }, referenceRange: [{ high: { value: 139 } }] },
        { code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }], text: '舒张压' }, valueQuantity: { value: 86, code: 'mm[Hg]' } },
      ],
    };
    const [systolic, diastolic, ...rest] = resultsOf(pressure, words);
    expect(systolic).toMatchObject({ name: '收缩压', value: '142', unit: 'mmHg', range: '≤ 139', standing: { direction: 'high' }, category: 'vital-signs' });
    expect(diastolic?.key).not.toBe(systolic?.key);
    expect(rest).toEqual([]);
  });

  test('in another unit is another line', () => {
    const [a] = resultsOf(glucose(5), words);
    const [b] = resultsOf(glucose(90, { valueQuantity: { value: 90, unit: 'mg/dL' } }), words);
    expect(a?.key).not.toBe(b?.key);
  });

  test('entered in error is none', () => {
    expect(resultsOf(glucose(5, { status: 'entered-in-error' }), words)).toEqual([]);
  });

  test('of zero, or of no, is shown', () => {
    expect(resultsOf(glucose(0), words)[0]?.value).toBe('0');
    expect(resultsOf({ ...glucose(0), valueQuantity: undefined as never, valueBoolean: false }, words)[0]?.value).toBe('否');
  });
});

test('Ranges and units read as on a report', () => {
  expect(rangeText([{ low: { value: 3.9 }, high: { value: 6.1 } }])).toBe('3.9–6.1');
  expect(rangeText([{ low: { value: 60 } }])).toBe('≥ 60');
  expect(['mm[Hg]', '{score}', '10*9/L', 'Cel', 'mmol/L'].map(readableUnit)).toEqual(['mmHg', undefined, '10^9/L', '℃', 'mmol/L']);
});

test('Names are said as in their own language', () => {
  expect(nameOf({ name: [{ family: '马', given: ['秀兰'] }] })).toBe('马秀兰');
  expect(nameOf({ name: [{ use: 'old', text: 'Ann Old' }, { use: 'official', family: 'Kuhlman', given: ['Maribeth', 'H.'] }] })).toBe('Maribeth H. Kuhlman');
  expect(nameOf({})).toBeUndefined();
});

test('A concept is told in Chinese where it has Chinese', () => {
  expect(conceptText({ coding: [{ display: 'Hypertension' }, { display: '高血压' }] })).toBe('高血压');
  expect(conceptText({ coding: [{ code: 'I10' }] })).toBe('I10');
});

test('The identity number is found by its shape or its type', () => {
  expect(identityNumberOf({ identifier: [{ value: 'MR-1' }, { value: '11010519491231002X' }] })).toBe('11010519491231002X');
  expect(identityNumberOf({ identifier: [{ value: 'MR-1' }, { type: { coding: [{ code: 'SS' }] }, value: '999-11' }] })).toBe('999-11');
  expect(identityNumberOf({ identifier: [{ value: 'MR-1' }] })).toBeUndefined();
});

describe('A link of the server', () => {
  test('is followed at our own origin only, so that the token goes nowhere else', () => {
    expect(ownAddress('https://inside.example:9/fhir/Patient?page=2', 'http://127.0.0.1:8080/')).toBe('/fhir/Patient?page=2');
    expect(ownAddress('http://x/proxy/fhir?_getpages=1', 'http://127.0.0.1/')).toBe('/fhir?_getpages=1');
  });

  test('to an attachment on another server is refused: the same path here may be another document', () => {
    const page = 'http://127.0.0.1:8080/#/residents/1';
    expect(attachmentAddress('Binary/1', page)).toBe('/fhir/Binary/1');
    expect(attachmentAddress('http://127.0.0.1:8080/fhir/Binary/1', page)).toBe('/fhir/Binary/1');
    for (const url of ['https://hospital.example/fhir/Binary/1', '../metrics', 'javascript:alert(1)']) expect(() => attachmentAddress(url, page), url).toThrow(FhirError);
  });

  test('that does not lead to the API is refused', () => {
    expect(() => ownAddress('https://elsewhere.example/steal', 'http://127.0.0.1/')).toThrow(FhirError);
  });
});
