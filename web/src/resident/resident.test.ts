import type { Consent, Task } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import type { Access } from '../shared/fhir/accesses';
import { emergencyOf, isWithin } from '../shared/fhir/emergencies';
import { visitsOf } from './requests/accesses';
import { consentOf, narrowed, termsOf } from './requests/consents';
import en from '../shared/i18n/en/forResident';
import zh from '../shared/i18n/zh/forResident';
import { laterCodes } from './laterTexts';
import { match } from './router';

const NOW = new Date('2026-11-26T03:00:00Z');
const HOSPITAL = { reference: 'Organization/h', name: 'H' };

describe('A consent', () => {
  const permit = consentOf('p', 'Patient/me', { kind: 'permit', actors: [HOSPITAL], categories: ['HIV', 'PSY'], until: '2027-02-24' }, 'https://helan.health/consent/record-access/1', NOW);

  test('says who, what, until when, by which text, in whose name', () => {
    expect(permit).toMatchObject({
      status: 'active',
      patient: { reference: 'Patient/p' },
      performer: [{ reference: 'Patient/me' }],
      policy: [{ uri: 'https://helan.health/consent/record-access/1' }],
      provision: { type: 'permit', period: { end: '2027-02-24' }, actor: [{ reference: { reference: 'Organization/h' } }] },
    });
    expect(termsOf(permit)).toEqual({ kind: 'permit', actors: [HOSPITAL], categories: ['HIV', 'PSY'], until: '2027-02-24' });
  });

  test('leaves out what it does not say: the platform refuses half of a consent', () => {
    const deny = consentOf('p', 'Patient/p', { kind: 'deny', actors: [], categories: [], until: undefined }, 'x', NOW);
    expect(deny.provision).toEqual({ type: 'deny' });
    expect(termsOf(deny)).toEqual({ kind: 'deny', actors: [], categories: [], until: undefined });
  });

  test('is narrowed by less in it, and everything else stays', () => {
    const stored: Consent = { ...permit, id: 'c', meta: { versionId: '3' } };
    const less = narrowed(stored, ['PSY'], '2026-12-01');
    expect(termsOf(less)).toEqual({ kind: 'permit', actors: [HOSPITAL], categories: ['PSY'], until: '2026-12-01' });
    expect(less.meta).toEqual({ versionId: '3' });
    expect(termsOf(narrowed(stored, [], undefined))).toMatchObject({ categories: [], until: '2027-02-24' });
    expect(narrowed(stored, [], undefined).provision).not.toHaveProperty('securityLabel');
    // A category that was not in it does not come in this way.
    expect(termsOf(narrowed(stored, ['HIV', 'PSY', 'SEX'], undefined)).categories).toEqual(['HIV', 'PSY']);
  });
});

describe('An emergency', () => {
  const task = (state: string, notes: string[], decision?: string): Task => ({
    resourceType: 'Task',
    id: 't',
    status: 'requested',
    intent: 'order',
    businessStatus: { coding: [{ code: state }] },
    for: { reference: 'Patient/p' },
    requester: { reference: 'Practitioner/d' },
    restriction: { period: { start: '2026-11-26T03:00:00Z', end: '2026-11-26T07:00:00Z' }, recipient: [{ reference: 'Organization/h' }] },
    note: notes.map((text) => ({ text })),
    ...(decision ? { output: [{ type: {}, valueCode: decision }] } : {}),
  });

  test('tells the practitioner’s words from the reviewer’s', () => {
    expect(emergencyOf(task('opened', []))).toMatchObject({ state: 'opened', statement: undefined, note: undefined });
    expect(emergencyOf(task('justified', ['why']))).toMatchObject({ statement: 'why', note: undefined });
    expect(emergencyOf(task('reviewed', ['why', 'so be it'], 'justified'))).toMatchObject({ statement: 'why', note: 'so be it', decision: 'justified' });
    // Never justified: the only note is the reviewer's.
    expect(emergencyOf(task('reviewed', ['no reason'], 'misuse'))).toMatchObject({ statement: undefined, note: 'no reason', decision: 'misuse' });
  });

  test('covers what this practitioner did while it was open, and nothing else', () => {
    const emergency = emergencyOf(task('opened', []));
    expect(isWithin(emergency, 'Practitioner/d', '2026-11-26T03:00:00.200Z')).toBe(true);
    expect(isWithin(emergency, 'Practitioner/d', '2026-11-26T07:00:01Z')).toBe(false);
    expect(isWithin(emergency, 'Practitioner/e', '2026-11-26T04:00:00Z')).toBe(false);
    expect(isWithin(emergency, undefined, '2026-11-26T04:00:00Z')).toBe(false);
  });
});

test('What one person did on one day in Beijing is one look; another post of the same person is another', () => {
  const access = (id: string, at: string, institution = 'Organization/h'): Access => ({
    id, at, institution, role: 'practitioner', account: 'a', practitioner: 'Practitioner/d', purposes: [], interaction: 'read', type: 'Patient',
    operation: undefined, count: 1, refused: false, failed: false, address: undefined, status: '200',
  });
  const visits = visitsOf([access('4', '2026-11-25T16:30:00Z'), access('3', '2026-11-25T15:59:00Z'), access('2', '2026-11-25T02:00:00Z', 'Organization/g'), access('1', '2026-11-25T01:00:00Z')]);
  expect(visits.map(({ day, accesses }) => [day, accesses.map(({ id }) => id)])).toEqual([
    ['2026-11-26', ['4']],
    ['2026-11-25', ['3', '1']],
    ['2026-11-25', ['2']],
  ]);
});

test('Routes match whole paths, and hand over the values of their names', () => {
  expect(match('/consents/new/:step', '/consents/new/who')).toEqual({ step: 'who' });
  expect(match('/consents/:id', '/consents/a%2Fb')).toEqual({ id: 'a/b' });
  expect(match('/consents/:id', '/consents/%E0%A4%A')).toEqual({ id: '%E0%A4%A' });
  expect(match('/consents/:id', '/consents/1/narrow')).toBeUndefined();
  expect(match('/', '/seen')).toBeUndefined();
  expect(match('*', '/anything/at/all')).toEqual({});
});

test('The names of all codes that the pages show come with them, in both languages', () => {
  const sources = import.meta.glob<string>(['./**/*.{ts,tsx}', '../shared/{card,fhir,format,record}/**/*.{ts,tsx}', '!./**/*.test.*'], { query: '?raw', import: 'default', eager: true });
  const shown = new Set(Object.values(sources).flatMap((source) => [...source.matchAll(/codeName\('(\w+)'|codes:(\w+)/g)].map(([, first, second]) => first ?? second ?? '')));
  expect(shown.size).toBeGreaterThan(10);
  expect([...shown].filter((family) => !(family in zh.codes || family in laterCodes) || !(family in en.codes))).toEqual([]);
});
