import type { Identifier, Patient } from 'fhir/r4';
import type { Decision, Evidence } from './useIdentities';

/** Lines of the comparison, each with the fields of the matcher that judge it. */
export const LINES = [
  { line: 'name', fields: ['family', 'given'] },
  { line: 'sex', fields: ['sex'] },
  { line: 'birth', fields: ['birth'] },
  { line: 'numbers', fields: ['number', 'document', 'other'] },
  { line: 'phone', fields: ['phone'] },
  { line: 'address', fields: ['street', 'place'] },
  { line: 'mother', fields: ['mother'] },
] as const;

export type Line = (typeof LINES)[number]['line'];

/** Less than this says next to nothing. */
const LITTLE = 0.5;

export const speaksFor = (evidence: Evidence[]) => evidence.filter(({ field, weight }) => field !== 'prior' && weight >= LITTLE);
export const speaksAgainst = (evidence: Evidence[]) => evidence.filter(({ field, weight }) => field !== 'prior' && weight <= -LITTLE);
export const ruleOf = (evidence: Evidence[]): string | undefined => evidence.find(({ field }) => field === 'rule')?.level;

/** `+12.3`, `−4.0`. */
export const signed = (weight: number): string => `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(1)}`;

/** Percent, never 0 or 100 of what is not certain. */
export function percentOf(probability: number): string {
  const percent = probability * 100;
  if (percent >= 99.9) return '> 99.9%';
  if (percent <= 0.1) return '< 0.1%';
  return `${percent < 10 || percent > 90 ? percent.toFixed(1) : percent.toFixed(0)}%`;
}

/** Stands where a citizen's identity number should: by its system or type. */
export const meantAsIdentity = ({ system, type }: Identifier): boolean =>
  system === 'urn:oid:2.16.156.10011.1.3' || (type?.coding?.some(({ code }) => code === 'NI' || code === 'NNCHN' || code === 'CZ') ?? false);

/** Whether an answer was blotted for its reader. */
export const isMasked = (patient: Patient): boolean => patient.meta?.tag?.some(({ code }) => code === 'SUBSETTED') ?? false;

/** Why two records of one person hang together, by what was decided about them and stands. */
export type Standing = { key: string; a: string; b: string; how: 'number' | 'weight' | 'confirmed' | 'merged'; decision: Decision };

/** @param decisions the newest first */
export function standingOf(decisions: Decision[]): Standing[] {
  const pairs = new Map<string, { a: string; b: string; byRule: Decision | undefined; byPeople: Decision | undefined }>();
  for (const decision of [...decisions].reverse()) {
    if (decision.other === undefined) continue;
    const [a = '', b = ''] = [decision.patient, decision.other].sort();
    const key = `${a}|${b}`;
    const pair = pairs.get(key) ?? { a, b, byRule: undefined, byPeople: undefined };
    pairs.set(key, pair);
    switch (decision.kind) {
      case 'linked':
        pair.byRule = decision;
        break;
      case 'unlinked':
      case 'gone':
        pair.byRule = undefined;
        break;
      case 'merged':
      case 'confirmed':
        pair.byPeople = decision;
        break;
      case 'refused':
      case 'unmerged':
      case 'reopened':
        pair.byPeople = undefined;
        break;
      default:
    }
  }
  return [...pairs].flatMap(([key, { a, b, byRule, byPeople }]): Standing[] => {
    if (byPeople) return [{ key, a, b, how: byPeople.kind === 'merged' ? 'merged' : 'confirmed', decision: byPeople }];
    return byRule ? [{ key, a, b, how: ruleOf(byRule.evidence) === 'same-number' ? 'number' : 'weight', decision: byRule }] : [];
  });
}
