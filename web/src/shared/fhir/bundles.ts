import type { Bundle, FhirResource, Parameters, ParametersParameter, Reference } from 'fhir/r4';

/** The resources of a search Bundle that are of `type`; included ones of other types are left out. */
export function resourcesOf<T extends FhirResource>(bundle: Bundle, type: T['resourceType']): T[] {
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource?.resourceType === type ? [resource as T] : []));
}

export const nextLink = (bundle: Bundle): string | undefined =>
  bundle.link?.find((link) => link.relation === 'next')?.url;

/** The parts of one repetition of a Parameters parameter, by name. */
/** Where the next page of an operation begins: `after` or `before` of the next call. */
export const nextOf = ({ parameter }: Parameters): string | undefined => {
  const next = parameter?.find(({ name }) => name === 'next');
  return next?.valueString ?? next?.valueInstant ?? next?.valueDateTime;
};

export type Parts = {
  text: (name: string) => string | undefined;
  number: (name: string) => number | undefined;
  reference: (name: string) => Reference | undefined;
  flag: (name: string) => boolean | undefined;
  /** A part as it is, for values of other types. */
  part: (name: string) => ParametersParameter | undefined;
  /** All repetitions of a part. */
  texts: (name: string) => string[];
  /** The parts of each repetition of a part that has parts. */
  parts: (name: string) => Parts[];
};

export function repetitionsOf(parameters: Parameters, name: string): Parts[] {
  return (parameters.parameter ?? []).filter((parameter) => parameter.name === name).map(partsOf);
}

export function partsOf(parameter: ParametersParameter): Parts {
  const part = (name: string) => parameter.part?.find((candidate) => candidate.name === name);
  return {
    text: (name) => textOf(part(name)),
    reference: (name) => part(name)?.valueReference,
    flag: (name) => part(name)?.valueBoolean,
    part,
    parts: (name) => (parameter.part ?? []).filter((candidate) => candidate.name === name).map(partsOf),
    texts: (name) => (parameter.part ?? []).filter((candidate) => candidate.name === name).flatMap((found) => textOf(found) ?? []),
    number: (name) => {
      const found = part(name);
      return found?.valueDecimal ?? found?.valueInteger ?? found?.valueUnsignedInt;
    },
  };
}

const textOf = (found: ParametersParameter | undefined): string | undefined =>
  found?.valueCode ?? found?.valueString ?? found?.valueInstant ?? found?.valueDateTime ?? found?.valueUri ?? found?.valueDate ?? found?.valueId;
