import { useQuery } from '@tanstack/react-query';
import type { Bundle, MedicationRequest, Parameters } from 'fhir/r4';
import { partsOf, resourcesOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';
import type texts from '../../shared/i18n/zh/residentPrescriptions.json';

export type State = keyof (typeof texts)['prescriptions']['state'];

/** One of the resident's prescriptions. `task` is the id of its review, `encounter` that of the visit it was written in, `requests` those of its drugs. */
export type Prescription = { task: string; encounter: string | undefined; number: string; state: State; authored: string | undefined; drugs: string[]; requests: string[] };

const REVIEW_EVERY = 15_000;
const UNDER_REVIEW: readonly State[] = ['waiting', 'taken'];

/** Those under review or reviewed, the last first; where each stands is read anew when one comes to the page, and while pharmacists are at it. */
export const usePrescriptions = (patient: string) =>
  useQuery({
    queryKey: ['prescriptions', patient],
    refetchOnWindowFocus: true,
    queryFn: async ({ signal }): Promise<Prescription[]> =>
      ((await get<Parameters>(`$prescriptions?side=resident&patient=${encodeURIComponent(patient)}`, signal)).parameter ?? []).filter(({ name }) => name === 'prescription').map((one) => {
        const parts = partsOf(one);
        return {
          task: idOf(parts.text('task')) ?? '',
          encounter: idOf(parts.text('encounter')),
          number: parts.text('number') ?? '',
          state: (parts.text('state') ?? 'waiting') as State,
          authored: parts.text('authored'),
          drugs: parts.texts('drug'),
          requests: (one.part ?? []).flatMap(({ name, valueReference }) => (name === 'request' ? (idOf(valueReference?.reference) ?? []) : [])),
        };
      }),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => (data?.some(({ state }) => UNDER_REVIEW.includes(state)) ? REVIEW_EVERY : false),
  });

/** The drugs of a prescription, in the order in which they were written. */
export const useDrugs = (ids: readonly string[] | undefined) =>
  useQuery({
    queryKey: ['prescription-drugs', ids],
    enabled: ids !== undefined && ids.length > 0,
    queryFn: async ({ signal }) => {
      const found = new Map(resourcesOf<MedicationRequest>(await get<Bundle>(`MedicationRequest?_id=${(ids ?? []).map(encodeURIComponent).join(',')}&_count=60`, signal), 'MedicationRequest').map((one) => [one.id, one]));
      return (ids ?? []).flatMap((id) => found.get(id) ?? []);
    },
  });
