import type { Bundle, BundleEntry, CodeableConcept, Coding, MedicationRequest, Reference } from 'fhir/r4';
import type words from '../../shared/i18n/zh/prescription.json';
import type { Diagnosis } from '../notes/note';

/** Western drugs, patent medicines and decoction pieces are written on separate prescriptions. */
export const KINDS = ['western', 'patent', 'herbal'] as const;
export type Kind = (typeof KINDS)[number];

/** A product of the knowledge base, as `$drugs` tells it. `strengths` in mg. */
export type Product = { code: Coding; atc: Coding[]; kind: Kind; form: string; route: string; unit: string; strengths: number[] };

export type RouteName = keyof (typeof words)['route'];
export type TimesName = keyof (typeof words)['times'];

/** How often, as FHIR's Timing says it: so many times in so many units. */
export const TIMES: Record<TimesName, { frequency: number; period: number; periodUnit: 'd' | 'h' | 'wk' }> = {
  qd: { frequency: 1, period: 1, periodUnit: 'd' },
  bid: { frequency: 2, period: 1, periodUnit: 'd' },
  tid: { frequency: 3, period: 1, periodUnit: 'd' },
  qid: { frequency: 4, period: 1, periodUnit: 'd' },
  q12h: { frequency: 1, period: 12, periodUnit: 'h' },
  q8h: { frequency: 1, period: 8, periodUnit: 'h' },
  q6h: { frequency: 1, period: 6, periodUnit: 'h' },
  qn: { frequency: 1, period: 1, periodUnit: 'd' },
  qod: { frequency: 1, period: 2, periodUnit: 'd' },
  qw: { frequency: 1, period: 1, periodUnit: 'wk' },
};

/** SNOMED CT, where review knows the code; the others are told by their word. */
export const ROUTES: Record<RouteName, string | undefined> = {
  oral: '26643006',
  sublingual: '37839007',
  injection: undefined,
  inhaled: undefined,
  nasal: '46713006',
  eye: '54485002',
  skin: '6064005',
  rectal: '37161004',
  vaginal: '16857009',
};

export const isRoute = (route: string): route is RouteName => route in ROUTES;

/** One drug as it is typed. What is typed stays text until it is sent. */
export type Line = { key: string; typed: string; product: Product | undefined; strength: number | undefined; dose: string; unit: string; route: RouteName | ''; times: TimesName | ''; days: string; quantity: string };

/**
 * A prescription as it is typed. `sent`: the most drugs that were ever sent to be written, whether or not that was
 * answered; `stored`: ids of the drafts that were.
 */
export type Sheet = { number: string; lines: Line[]; diagnoses: Diagnosis[]; longer: string; isLong: boolean; assessment: string; confirmed: boolean; sent: number; stored: readonly string[] };

const chance = (): string => crypto.randomUUID().replaceAll('-', '');

export const emptyLine = (): Line => ({ key: chance(), typed: '', product: undefined, strength: undefined, dose: '', unit: '', route: '', times: '', days: '', quantity: '' });

/** Nothing stands on it: no drug, dose or number of days comes from anywhere but the doctor's hand (docs/adr/0110). */
export const emptySheet = (): Sheet => ({ number: `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${chance().slice(0, 12)}`, lines: [emptyLine()], diagnoses: [], longer: '', isLong: false, assessment: '', confirmed: false, sent: 0, stored: [] });

/** A drug is taken up: its unit and way of giving are those of the product; how much and how often is not. */
export const withProduct = (line: Line, product: Product): Line => ({
  ...line,
  product,
  typed: product.code.display ?? '',
  strength: product.strengths.length === 1 ? product.strengths[0] : undefined,
  unit: product.unit,
  route: isRoute(product.route) ? product.route : '',
});

export type LineField = 'drug' | 'dose' | 'unit' | 'route' | 'times' | 'days' | 'quantity';

const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text.trim()) && Number(text) > 0;

/** What is missing, or is no number, in the order of the fields. */
export function faultsOf(line: Line): Map<LineField, 'missing' | 'number'> {
  const faults = new Map<LineField, 'missing' | 'number'>();
  if (!line.product) faults.set('drug', 'missing');
  for (const field of ['dose', 'days', 'quantity'] as const) {
    if (line[field].trim() === '') faults.set(field, 'missing');
    else if (!isNumber(line[field])) faults.set(field, 'number');
  }
  for (const field of ['unit', 'route', 'times'] as const) if (line[field].trim() === '') faults.set(field, 'missing');
  return faults;
}

/** What the dosage comes to: for the doctor to compare with the quantity, which nobody fills in. */
export function sumOf(line: Line): number | undefined {
  if (!isNumber(line.dose) || !isNumber(line.days) || line.times === '') return undefined;
  const { frequency, period, periodUnit } = TIMES[line.times];
  const perDay = frequency / (period * { d: 1, h: 1 / 24, wk: 7 }[periodUnit]);
  return Math.round(Number(line.dose) * perDay * Number(line.days) * 100) / 100;
}

export const strengthText = (mg: number): string => (mg >= 200 ? `${mg / 1000}g` : mg < 1 ? `${mg * 1000}μg` : `${mg}mg`);

/** Who prescribes for whom, where; and the words that are written, which are Chinese whatever the page speaks. */
export type Setting = { patient: string; encounter: string | undefined; doctor: Reference; words: { route: (route: RouteName) => string; times: (times: TimesName) => string; each: (dose: string) => string; confirmed: string; comma: string } };

const COURSE = 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy';
const UCUM = 'http://unitsofmeasure.org';
const MASSES = new Set(['mg', 'g', 'ug']);

/** A drug as FHIR has it: a draft of the doctor's own. */
export function requestOf(line: Line, sheet: Sheet, setting: Setting, now: string): MedicationRequest {
  const { patient, encounter, doctor, words } = setting;
  const dose = line.dose.trim();
  const snomed = line.route === '' ? undefined : ROUTES[line.route];
  const extension = [
    ...(sheet.longer.trim() === '' ? [] : [{ url: 'https://helan.health/fhir/StructureDefinition/prescription-longer-reason', valueString: sheet.longer.trim() }]),
    ...(sheet.isLong && sheet.assessment.trim() !== '' && sheet.confirmed
      ? [{ url: 'https://helan.health/fhir/StructureDefinition/prescription-assessment', valueString: `${sheet.assessment.trim()} ${words.confirmed}` }]
      : []),
  ];
  const medicine: CodeableConcept = {
    coding: line.product ? [line.product.code, ...line.product.atc] : [],
    text: [line.product?.code.display ?? line.typed, line.strength === undefined ? undefined : strengthText(line.strength)].filter(Boolean).join(' '),
  };
  return {
    resourceType: 'MedicationRequest',
    ...(extension.length > 0 ? { extension } : {}),
    status: 'draft',
    intent: 'order',
    medicationCodeableConcept: medicine,
    subject: { reference: `Patient/${patient}` },
    ...(encounter === undefined ? {} : { encounter: { reference: encounter } }),
    authoredOn: now,
    requester: doctor,
    ...(sheet.diagnoses.length > 0 ? { reasonCode: sheet.diagnoses.map(({ system, code, display }) => ({ coding: [{ system, code, display }], text: display })) } : {}),
    groupIdentifier: { system: 'https://helan.health/fhir/sid/prescription', value: sheet.number },
    ...(sheet.isLong ? { courseOfTherapyType: { coding: [{ system: COURSE, code: 'continuous' }] } } : {}),
    dosageInstruction: [
      {
        text: [words.each(`${dose} ${line.unit}`), line.times === '' ? '' : words.times(line.times), line.route === '' ? '' : words.route(line.route)].filter(Boolean).join(words.comma),
        ...(line.times === '' ? {} : { timing: { repeat: TIMES[line.times] } }),
        ...(line.route === '' ? {} : { route: { ...(snomed ? { coding: [{ system: 'http://snomed.info/sct', code: snomed }] } : {}), text: words.route(line.route) } }),
        doseAndRate: [{ doseQuantity: { value: Number(dose), unit: line.unit, ...(MASSES.has(line.unit) ? { system: UCUM, code: line.unit } : {}) } }],
      },
    ],
    dispenseRequest: {
      ...(isNumber(line.quantity) ? { quantity: { value: Number(line.quantity), unit: line.product?.unit ?? line.unit } } : {}),
      expectedSupplyDuration: { value: Number(line.days), unit: 'd', system: UCUM, code: 'd' },
    },
  };
}

/** Drugs that can be judged already: the quantity may still be open. */
export const judged = (sheet: Sheet): Line[] => sheet.lines.filter((line) => [...faultsOf(line).keys()].every((field) => field === 'quantity'));

const LINE = 'https://helan.health/fhir/sid/prescription-line';

/**
 * Writes the drafts, each by the number of its line: sent again after an answer was lost, it is the same draft and no
 * second one. Those that are no longer wanted are marked as an error.
 * @param sent the most drugs that were sent before under this number
 */
export function draftsOf(requests: MedicationRequest[], sent: number): Bundle {
  const put = (resource: MedicationRequest, index: number): BundleEntry => {
    const value = `${resource.groupIdentifier?.value ?? ''}-${index + 1}`;
    return { resource: { ...resource, identifier: [{ system: LINE, value }] }, request: { method: 'PUT', url: `MedicationRequest?identifier=${LINE}|${value}` } };
  };
  const [first] = requests;
  const left = first ? Array.from({ length: Math.max(0, sent - requests.length) }, (_, index) => put({ ...first, status: 'entered-in-error' }, requests.length + index)) : [];
  return { resourceType: 'Bundle', type: 'transaction', entry: [...requests.map(put), ...left] };
}

/** Ids of the drafts, in the order in which they were sent. */
export const idsOf = (answer: Bundle): string[] => (answer.entry ?? []).flatMap(({ response }) => /MedicationRequest\/([^/]+)/.exec(response?.location ?? '')?.[1] ?? []);
