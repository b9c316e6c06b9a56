import type { Observation, ObservationComponent, ObservationReferenceRange, Quantity } from 'fhir/r4';
import { formatMeasure } from '../format/numbers';
import { conceptText } from './words';

/**
 * How a result stands to its reference range. `critical` (HH, LL, AA) asks for a hand now, the others are outside the
 * range. `abnormal` has no direction: a positive antibody, a finding.
 */
export type Standing = { direction: 'high' | 'low' | 'abnormal'; critical: boolean };

type Valued = Pick<
  Observation | ObservationComponent,
  'interpretation' | 'referenceRange' | 'valueQuantity' | 'valueCodeableConcept' | 'valueString' | 'valueBoolean' | 'valueInteger' | 'valueRange' | 'valueRatio' | 'valueDateTime' | 'valueTime' | 'valuePeriod' | 'dataAbsentReason'
>;

/** HL7 v3 ObservationInterpretation codes, as R4 uses them. */
const STANDINGS: Record<string, Standing> = {
  H: { direction: 'high', critical: false },
  HU: { direction: 'high', critical: false },
  HH: { direction: 'high', critical: true },
  '>': { direction: 'high', critical: false },
  L: { direction: 'low', critical: false },
  LU: { direction: 'low', critical: false },
  LL: { direction: 'low', critical: true },
  '<': { direction: 'low', critical: false },
  A: { direction: 'abnormal', critical: false },
  AA: { direction: 'abnormal', critical: true },
  POS: { direction: 'abnormal', critical: false },
};

const SETTLED = new Set(['N', 'NEG', 'ND', 'NR']);

/** The laboratory's own word first; only where it gave none is the value compared with the range it sent. */
export function standingOf(valued: Valued): Standing | undefined {
  const codes = (valued.interpretation ?? []).flatMap((concept) => concept.coding ?? []).map(({ code }) => code ?? '');
  for (const code of codes) {
    const standing = STANDINGS[code];
    if (standing) return standing;
  }
  if (codes.some((code) => SETTLED.has(code))) return undefined;
  const value = valued.valueQuantity?.value;
  const range = normalRange(valued.referenceRange);
  if (value === undefined || !range) return undefined;
  if (range.low?.value !== undefined && value < range.low.value) return { direction: 'low', critical: false };
  if (range.high?.value !== undefined && value > range.high.value) return { direction: 'high', critical: false };
  return undefined;
}

/** The range without a type, or typed `normal`; treatment or pre-puberty ranges do not make a value abnormal. */
export function normalRange(ranges: ObservationReferenceRange[] | undefined): ObservationReferenceRange | undefined {
  return ranges?.find((range) => !range.type || range.type.coding?.some(({ code }) => code === 'normal'));
}

/** `3.9–6.1`, `≤ 5.2`, `≥ 60`, or the laboratory's own text. */
export function rangeText(ranges: ObservationReferenceRange[] | undefined): string | undefined {
  const range = normalRange(ranges);
  if (!range) return undefined;
  const low = range.low?.value;
  const high = range.high?.value;
  if (low !== undefined && high !== undefined) return `${formatMeasure(low)}–${formatMeasure(high)}`;
  if (high !== undefined) return `≤ ${formatMeasure(high)}`;
  if (low !== undefined) return `≥ ${formatMeasure(low)}`;
  return range.text;
}

const quantityText = (quantity: Quantity): string =>
  `${quantity.comparator ?? ''}${quantity.value === undefined ? '' : formatMeasure(quantity.value)}`;

const unitOf = (quantity: Quantity | undefined): string | undefined => readableUnit(quantity?.unit ?? quantity?.code);

/** UCUM spellings that no report prints: `mm[Hg]`, `{score}`, `10*9/L`. */
export function readableUnit(unit: string | undefined): string | undefined {
  if (!unit) return undefined;
  const readable = unit
    .replace(/\{[^}]*\}/g, '')
    .replace('mm[Hg]', 'mmHg')
    .replace(/^10\*(\d+)/, (_, power: string) => `10^${power}`)
    .replace(/^Cel$/, '℃')
    .replace(/^\/?1$/, '');
  return readable || undefined;
}

/** The value without its unit; absent if there is none. */
export function valueText(valued: Valued, words: { yes: string; no: string }): string | undefined {
  if (valued.valueQuantity) return quantityText(valued.valueQuantity) || undefined;
  if (valued.valueCodeableConcept) return conceptText(valued.valueCodeableConcept);
  if (valued.valueString !== undefined) return valued.valueString;
  if (valued.valueBoolean !== undefined) return valued.valueBoolean ? words.yes : words.no;
  if (valued.valueInteger !== undefined) return String(valued.valueInteger);
  if (valued.valueRange) {
    const { low, high } = valued.valueRange;
    return `${low ? quantityText(low) : ''}–${high ? quantityText(high) : ''}`;
  }
  if (valued.valueRatio?.numerator && valued.valueRatio.denominator) {
    return `${quantityText(valued.valueRatio.numerator)} : ${quantityText(valued.valueRatio.denominator)}`;
  }
  return valued.valueDateTime ?? valued.valueTime ?? valued.valuePeriod?.start;
}

/** One measured thing of an Observation: itself, or each of its components (systolic and diastolic). */
export type Result = {
  /** Same for all results that belong in one row of a flow sheet. */
  key: string;
  name: string;
  category: 'laboratory' | 'vital-signs' | 'other';
  date: string | undefined;
  value: string;
  /** The number, where it is one: what a line is drawn from. */
  number: number | undefined;
  exact: string | undefined;
  unit: string | undefined;
  range: string | undefined;
  low: number | undefined;
  high: number | undefined;
  standing: Standing | undefined;
};

/** What a reader must see first has the higher number: critical 2, abnormal 1, the rest 0. */
export const urgency = ({ standing }: Pick<Result, 'standing'>): number => (standing ? (standing.critical ? 2 : 1) : 0);

export const observedAt = (observation: Observation): string | undefined =>
  observation.effectiveDateTime ?? observation.effectivePeriod?.start ?? observation.effectiveInstant ?? observation.issued;

function categoryOf(observation: Observation): Result['category'] {
  const codes = (observation.category ?? []).flatMap((category) => category.coding ?? []).map(({ code }) => code);
  if (codes.includes('laboratory')) return 'laboratory';
  return codes.includes('vital-signs') ? 'vital-signs' : 'other';
}

/** Entered in error and cancelled observations have no results. */
export function resultsOf(observation: Observation, words: { yes: string; no: string }): Result[] {
  if (observation.status === 'entered-in-error' || observation.status === 'cancelled') return [];
  const measured: (Valued & Pick<ObservationComponent, 'code'>)[] = [observation, ...(observation.component ?? [])];
  return measured.flatMap((valued) => {
    const value = valueText(valued, words);
    if (value === undefined) return [];
    const name = conceptText(valued.code) ?? '';
    const unit = unitOf(valued.valueQuantity);
    const range = normalRange(valued.referenceRange);
    const coding = valued.code.coding?.find(({ code }) => code);
    return [
      {
        // The unit is part of the key: mmol/L and mg/dL of one code must not share a line.
        key: `${coding ? `${coding.system ?? ''}|${coding.code}` : name}|${unit ?? ''}`,
        name,
        category: categoryOf(observation),
        date: observedAt(observation),
        value,
        number: valued.valueQuantity?.value ?? valued.valueInteger,
        exact: valued.valueQuantity?.value === undefined ? undefined : String(valued.valueQuantity.value),
        unit,
        range: rangeText(valued.referenceRange),
        low: range?.low?.value,
        high: range?.high?.value,
        standing: standingOf(valued),
      },
    ];
  });
}
