import type { Composition, Condition } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { draftOf, emptyDraft, finished, isEmpty, linesOf, missing, narrative, unfinished, type Draft, type Setting } from './note';
import { PARTS } from './templates';
import { diagnosesIn } from './useNotes';

const ICD = 'http://hl7.org/fhir/sid/icd-10';
const NOW = '2026-11-26T08:00:00.000Z';
const setting: Setting = {
  patient: 'Patient/p',
  encounter: 'Encounter/e',
  author: { reference: 'Practitioner/d', display: '李医生' },
  institution: { reference: 'Organization/h' },
  titles: { note: '门诊病历', part: (part) => part, suspected: '疑似' },
};
const draft: Draft = {
  template: 'first',
  texts: { complaint: '头晕 3 天', illness: '血压 < 160\n无呕吐 & 无黑便', plan: '两周后复诊' },
  diagnoses: [
    { system: ICD, code: 'I10', display: '原发性高血压', suspected: false },
    { system: ICD, code: 'E11.9', display: '2型糖尿病', suspected: true },
  ],
};

describe('A note', () => {
  test('keeps what was typed as words, whatever looks like mark-up', () => {
    const { div } = narrative('<script>x</script>\n"a" & b');
    expect(div).not.toContain('<script');
    expect(linesOf(div)).toBe('<script>x</script>\n"a" & b');
  });

  test('says what is missing, in the order of the page', () => {
    expect(missing(emptyDraft('first'))).toEqual(['complaint', 'illness', 'diagnosis', 'plan']);
    expect(missing(draft)).toEqual([]);
    expect(missing({ ...draft, template: 'progress' })).toEqual(['subjective', 'assessment']);
    expect(isEmpty({ template: 'first', texts: { plan: ' ' }, diagnoses: [] })).toBe(true);
  });

  test('loses nothing when another kind is chosen half-way', () => {
    const turned: Draft = { ...draft, template: 'progress' };
    const titles = unfinished(turned, setting, NOW).section?.map(({ title }) => title);
    expect(titles).toEqual(['complaint', 'illness', 'diagnosis', 'plan']);
    expect(draftOf(unfinished(turned, setting, NOW))).toEqual(turned);
  });

  test('is the same when one goes on with it', () => {
    expect(draftOf(unfinished(draft, setting, NOW))).toEqual(draft);
  });

  test('holds its diagnoses within until it is finished', () => {
    const note = unfinished(draft, setting, NOW);
    expect(note.status).toBe('preliminary');
    expect(note.contained?.map(({ resourceType }) => resourceType)).toEqual(['Condition', 'Condition']);
    expect(note.section?.find(({ code }) => code?.coding?.[0]?.code === PARTS.diagnosis)?.entry).toEqual([{ reference: '#d1' }, { reference: '#d2' }]);
    // A part without words has no section.
    expect(note.section?.map(({ title }) => title)).toEqual(['complaint', 'illness', 'diagnosis', 'plan']);
  });

  test('is finished together with its diagnoses, in one transaction', () => {
    const { type, entry = [] } = finished(draft, setting, NOW);
    expect(type).toBe('transaction');
    const [first, second, last] = entry.map(({ resource }) => resource) as [Condition, Condition, Composition];
    expect([first.code?.coding?.[0]?.code, first.verificationStatus?.coding?.[0]?.code, first.encounter?.reference]).toEqual(['I10', 'confirmed', 'Encounter/e']);
    expect(second.verificationStatus?.coding?.[0]?.code).toBe('provisional');
    expect(last).toMatchObject({ status: 'final', subject: { reference: 'Patient/p' }, author: [{ reference: 'Practitioner/d' }], custodian: { reference: 'Organization/h' } });
    expect(last.contained).toBeUndefined();
    expect(last.section?.find(({ entry: within }) => within)?.entry?.map(({ reference }) => reference)).toEqual([entry[0]?.fullUrl, entry[1]?.fullUrl]);
    expect(entry.map(({ request }) => `${request?.method} ${request?.url}`)).toEqual(['POST Condition', 'POST Condition', 'POST Composition']);
  });

  test('that was kept before is written over as it was read, and nothing else', () => {
    const before: Composition = { ...unfinished(draft, setting, NOW), id: 'n', meta: { versionId: '3' } };
    const { entry = [] } = finished(draft, setting, NOW, before);
    expect(entry.at(-1)?.request).toEqual({ method: 'PUT', url: 'Composition/n', ifMatch: 'W/"3"' });
  });
});

test('Diagnoses are codes that one may give, the one that was typed first', () => {
  const contains = [
    { system: ICD, code: 'IX', display: '循环系统疾病' },
    { system: ICD, code: 'I10-I15', display: '高血压病' },
    { system: ICD, code: 'I10.x02', display: '高血压1级' },
    { system: ICD, code: 'I10', display: '原发性高血压' },
  ];
  const expanded = { resourceType: 'ValueSet' as const, status: 'active' as const, expansion: { timestamp: NOW, contains } };
  expect(diagnosesIn(expanded, 'i10').map(({ code }) => code)).toEqual(['I10', 'I10.x02']);
});
