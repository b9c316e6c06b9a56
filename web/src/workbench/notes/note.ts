import type { Bundle, BundleEntry, Composition, CompositionSection, Condition, Reference } from 'fhir/r4';
import { DIAGNOSIS, LOINC, loinc, PARTS, TEMPLATE_NAMES, TEMPLATES, type Part, type TemplateName } from './templates';

/** A diagnosis as it was picked from ICD-10. `suspected`: not yet sure. */
export type Diagnosis = { system: string; code: string; display: string; suspected: boolean };

/** What is typed: texts by part, and the diagnoses. */
export type Draft = { template: TemplateName; texts: Partial<Record<Part, string>>; diagnoses: Diagnosis[] };

/** Who writes about whom, where; references. */
export type Setting = { patient: string; encounter: string | undefined; author: Reference; institution: Reference; titles: { note: string; part: (part: Part) => string; suspected: string } };

export const emptyDraft = (template: TemplateName): Draft => ({ template, texts: {}, diagnoses: [] });

export const isEmpty = ({ texts, diagnoses }: Draft): boolean => diagnoses.length === 0 && Object.values(texts).every((text) => text.trim() === '');

/** The parts of a note: its template's, and whatever was filled in before another one was chosen. Nothing typed falls out of sight. */
export function partsOf({ template, texts, diagnoses }: Draft): Part[] {
  const own = new Set<Part>(TEMPLATES[template].parts);
  return (Object.keys(PARTS) as Part[]).filter((part) => own.has(part) || (part === DIAGNOSIS ? diagnoses.length > 0 : (texts[part] ?? '').trim() !== ''));
}

/** Parts that must be filled and are not, in the order of the page. */
export function missing(draft: Draft): Part[] {
  const { template, texts, diagnoses } = draft;
  const asked: readonly Part[] = TEMPLATES[template].asked;
  return partsOf(draft).filter((part) => asked.includes(part) && (part === DIAGNOSIS ? diagnoses.length === 0 : (texts[part] ?? '').trim() === ''));
}

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '');

/** Typed lines as a narrative: one paragraph a line, nothing of it markup. */
export const narrative = (text: string) => ({
  status: 'additional' as const,
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${text
    .trim()
    .split('\n')
    .map((line) => `<p>${escapeXml(line)}</p>`)
    .join('')}</div>`,
});

/** The lines of a narrative that {@link narrative} made. */
export function linesOf(div: string | undefined): string {
  if (!div) return '';
  const parsed = new DOMParser().parseFromString(div, 'text/html');
  const paragraphs = [...parsed.querySelectorAll('p')].map((paragraph) => paragraph.textContent ?? '');
  return paragraphs.length > 0 ? paragraphs.join('\n') : (parsed.body.textContent ?? '');
}

const UNSURE = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';

function conditionOf({ system, code, display, suspected }: Diagnosis, { patient, encounter, author }: Setting, now: string): Condition {
  return {
    resourceType: 'Condition',
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
    verificationStatus: { coding: [{ system: UNSURE, code: suspected ? 'provisional' : 'confirmed' }] },
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'encounter-diagnosis' }] }],
    code: { coding: [{ system, code, display }], text: display },
    subject: { reference: patient },
    ...(encounter === undefined ? {} : { encounter: { reference: encounter } }),
    recordedDate: now,
    recorder: author,
  };
}

const diagnosisText = (diagnoses: readonly Diagnosis[], suspected: string) => diagnoses.map(({ display, code, suspected: unsure }, index) => `${index + 1}. ${display}${unsure ? ` (${suspected})` : ''} ${code}`).join('\n');

function compositionOf(draft: Draft, setting: Setting, status: 'preliminary' | 'final', now: string, entries: readonly string[]): Composition {
  const { type } = TEMPLATES[draft.template];
  const section = partsOf(draft).flatMap((part): CompositionSection[] => {
    const isDiagnosis = part === DIAGNOSIS;
    const text = isDiagnosis ? diagnosisText(draft.diagnoses, setting.titles.suspected) : (draft.texts[part] ?? '');
    if (text.trim() === '') return [];
    return [
      {
        title: setting.titles.part(part),
        code: { coding: [loinc(PARTS[part])] },
        text: narrative(text),
        ...(isDiagnosis ? { entry: entries.map((reference) => ({ reference })) } : {}),
      },
    ];
  });
  return {
    resourceType: 'Composition',
    status,
    type: { coding: [loinc(type)], text: setting.titles.note },
    category: [{ coding: [{ system: TEMPLATE_SYSTEM, code: draft.template }] }],
    subject: { reference: setting.patient },
    ...(setting.encounter === undefined ? {} : { encounter: { reference: setting.encounter } }),
    date: now,
    author: [setting.author],
    title: setting.titles.note,
    custodian: setting.institution,
    section,
  };
}

/** Which of our templates a note was written by. */
export const TEMPLATE_SYSTEM = 'https://helan.health/fhir/CodeSystem/note-template';

/** A note that is not finished: its diagnoses are kept within it, and are nobody's problems yet. */
export function unfinished(draft: Draft, setting: Setting, now: string, before?: Composition): Composition {
  const contained = draft.diagnoses.map((diagnosis, index) => ({ ...conditionOf(diagnosis, setting, now), id: `d${index + 1}` }));
  return {
    ...compositionOf(draft, setting, 'preliminary', now, contained.map(({ id }) => `#${id}`)),
    ...(contained.length > 0 ? { contained } : {}),
    ...kept(before),
  };
}

/** A finished note with its diagnoses as problems of the record: all of it is written, or nothing. */
export function finished(draft: Draft, setting: Setting, now: string, before?: Composition): Bundle {
  const conditions = draft.diagnoses.map((diagnosis) => ({ fullUrl: `urn:uuid:${crypto.randomUUID()}`, resource: conditionOf(diagnosis, setting, now) }));
  const composition = { ...compositionOf(draft, setting, 'final', now, conditions.map(({ fullUrl }) => fullUrl)), ...kept(before) };
  const version = before?.meta?.versionId;
  const note: BundleEntry = {
    resource: composition,
    request: before?.id ? { method: 'PUT', url: `Composition/${before.id}`, ...(version === undefined ? {} : { ifMatch: `W/"${version}"` }) } : { method: 'POST', url: 'Composition' },
    ...(before?.id ? {} : { fullUrl: `urn:uuid:${crypto.randomUUID()}` }),
  };
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [...conditions.map(({ fullUrl, resource }): BundleEntry => ({ fullUrl, resource, request: { method: 'POST', url: 'Condition' } })), note],
  };
}

const kept = (before: Composition | undefined) => (before?.id ? { id: before.id, ...(before.meta ? { meta: before.meta } : {}) } : {});

/** What was typed, out of a note that is not finished. */
export function draftOf(composition: Composition): Draft {
  const named = composition.category?.flatMap(({ coding }) => coding ?? []).find(({ system }) => system === TEMPLATE_SYSTEM)?.code;
  const draft = emptyDraft(TEMPLATE_NAMES.find((name) => name === named) ?? 'first');
  const byCode = new Map(Object.entries(PARTS).map(([part, code]) => [code, part as Part]));
  for (const { code, text } of composition.section ?? []) {
    const part = byCode.get((code?.coding?.find(({ system }) => system === LOINC)?.code ?? '') as (typeof PARTS)[Part]);
    if (part !== undefined && part !== DIAGNOSIS) draft.texts[part] = linesOf(text?.div);
  }
  for (const contained of composition.contained ?? []) {
    if (contained.resourceType !== 'Condition') continue;
    const coding = contained.code?.coding?.[0];
    if (coding?.code) {
      draft.diagnoses.push({ system: coding.system ?? '', code: coding.code, display: coding.display ?? coding.code, suspected: contained.verificationStatus?.coding?.[0]?.code === 'provisional' });
    }
  }
  return draft;
}
