type Term = { zh?: string; en?: string };

/** The JSON of a rule, as far as the form knows its members; all others are kept as they are. */
export type Spec = { rule?: string; kind?: string; severity?: string; code?: string; title?: Term; says?: Term; source?: Term; with?: Record<string, unknown>; cases?: ({ fires: boolean } & Record<string, unknown>)[] } & Record<string, unknown>;

/** Undefined for what is no JSON object. */
export function parsed(text: string): Spec | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Spec) : undefined;
  } catch {
    return undefined;
  }
}

export const written = (spec: Spec): string => JSON.stringify(spec, null, 2);

/** Thresholds: the numbers that the rule's kind asks for. */
export const numbersOf = (spec: Spec): [string, number][] => Object.entries(spec.with ?? {}).filter((one): one is [string, number] => typeof one[1] === 'number');

export const withNumber = (spec: Spec, name: string, value: number): Spec => ({ ...spec, with: { ...spec.with, [name]: value } });

export const withText = (spec: Spec, member: 'title' | 'says' | 'source', language: 'zh' | 'en', text: string): Spec => ({ ...spec, [member]: { ...spec[member], [language]: text } });
