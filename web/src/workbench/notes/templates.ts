import type { Coding } from 'fhir/r4';

/**
 * What a note of a kind has: its document type and its parts, each a LOINC code (general knowledge). `asked` parts must be
 * filled before it is signed. Titles are texts: `notes.template.[name]`, `notes.part.[part]`.
 */
export const PARTS = {
  complaint: '10154-3',
  illness: '10164-2',
  history: '11348-0',
  exam: '29545-1',
  tests: '30954-2',
  subjective: '61150-9',
  objective: '61149-1',
  assessment: '51848-0',
  diagnosis: '29308-4',
  plan: '18776-5',
} as const;
export type Part = keyof typeof PARTS;

/** The one part that is picked, not typed. */
export const DIAGNOSIS = 'diagnosis' satisfies Part;

export type Template = { type: string; parts: readonly Part[]; asked: readonly Part[] };

export const TEMPLATES = {
  first: { type: '34108-1', parts: ['complaint', 'illness', 'history', 'exam', 'tests', 'diagnosis', 'plan'], asked: ['complaint', 'illness', 'diagnosis', 'plan'] },
  repeat: { type: '34108-1', parts: ['complaint', 'illness', 'exam', 'diagnosis', 'plan'], asked: ['complaint', 'diagnosis', 'plan'] },
  progress: { type: '11506-3', parts: ['subjective', 'objective', 'assessment', 'diagnosis', 'plan'], asked: ['subjective', 'assessment'] },
} as const satisfies Record<string, Template>;
export type TemplateName = keyof typeof TEMPLATES;

export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as TemplateName[];

export const LOINC = 'http://loinc.org';

export const loinc = (code: string, display?: string): Coding => ({ system: LOINC, code, ...(display === undefined ? {} : { display }) });
