import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, FhirResource, Reference, Task } from 'fhir/r4';
import { resourcesOf } from '../../shared/fhir/bundles';
import { create, get, update } from '../../shared/fhir/client';
import { CORRECTION } from '../../shared/fhir/corrections';
import { conceptText } from '../../shared/fhir/words';
import { usePersons } from './person';

/** What was asked to be corrected, the latest first. */
export const useCorrections = (patient: string) =>
  useQuery({
    queryKey: ['corrections', patient],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ patient, code: `${CORRECTION.system}|${CORRECTION.code}`, _sort: '-authored-on', _count: '100' });
      return resourcesOf<Task>(await get<Bundle>(`Task?${query.toString()}`, signal), 'Task');
    },
    staleTime: 0,
  });

/** Types whose institution is known, and so whom to ask. */
export const CORRECTABLE = ['DiagnosticReport', 'DocumentReference', 'Composition', 'Encounter'] as const;

/** What it is about: how it is called, and which institution answers for it. */
export type About = { reference: string; name: string | undefined; institution: Reference | undefined };

const isOrganization = (reference: Reference | undefined): reference is Reference => reference?.reference?.startsWith('Organization/') ?? false;

export function aboutOf(resource: FhirResource): About {
  const reference = `${resource.resourceType}/${resource.id ?? ''}`;
  switch (resource.resourceType) {
    case 'DiagnosticReport':
      return { reference, name: conceptText(resource.code), institution: (resource.performer ?? []).find(isOrganization) };
    case 'DocumentReference':
      return { reference, name: resource.description ?? conceptText(resource.type), institution: [resource.custodian, ...(resource.author ?? [])].find(isOrganization) };
    case 'Composition':
      return { reference, name: resource.title, institution: [resource.custodian, ...resource.author].find(isOrganization) };
    case 'Encounter':
      return { reference, name: conceptText(resource.serviceType) ?? conceptText(resource.type?.[0]), institution: [resource.serviceProvider].find(isOrganization) };
    default:
      return { reference, name: undefined, institution: undefined };
  }
}

export const useAbout = (reference: string) => {
  const [type = '', id = ''] = reference.split('/');
  return useQuery({
    queryKey: ['about', reference],
    queryFn: async ({ signal }) => aboutOf(await get<FhirResource>(`${type}/${encodeURIComponent(id)}`, signal)),
    enabled: CORRECTABLE.some((known) => known === type) && id !== '',
  });
};

export function useAsk() {
  const client = useQueryClient();
  const { me, person } = usePersons();
  return useMutation({
    mutationFn: ({ about, words }: { about: About; words: string }) =>
      create<Task>({
        resourceType: 'Task',
        status: 'requested',
        intent: 'order',
        code: { coding: [CORRECTION] },
        for: { reference: `Patient/${person?.id ?? ''}` },
        requester: { reference: me?.fhirUser ?? '' },
        owner: about.institution ?? {},
        focus: { reference: about.reference, ...(about.name === undefined ? {} : { display: about.name }) },
        description: words,
        authoredOn: new Date().toISOString(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['corrections'] }),
  });
}

/** Takes a request back as it was read; if somebody answered meanwhile, that is told. */
export function useTakeBack() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (task: Task) => update<Task>({ ...task, status: 'cancelled' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['corrections'] }),
  });
}
