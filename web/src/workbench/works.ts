import type { ComponentType } from 'react';
import type workbench from '../shared/i18n/zh/workbench.json';
import { useCorrectionCount } from './corrections/useCorrections';
import { useHasParcels, useParcelCount } from './delivery/useParcels';
import { useDispensingCount, useHasCirculations } from './dispensing/useDispensing';
import { useEmergencyCount } from './emergencies/useOwnEmergencies';
import { useFoundCount } from './finance/useBooks';
import { useUnsignedCount } from './notes/useNotes';
import { usePatientCount } from './patients/usePatients';
import { useOwnCount } from './prescribe/usePrescribe';
import { useWaitingCount } from './queue/useQueue';
import { useReviewCount } from './review/useReview';
import { useDuties, type Duties } from '../shared/session/useDuties';
import { useAnswerCount } from './supervision/useOwn';
import { useDeskCount } from './visit/useDesk';

type Load = () => Promise<ComponentType>;

/** A page within the centre; `path` as React Router writes it. */
export type WorkPage = { path: string; page: Load };

/**
 * One list of work. A capability mounts itself here and nowhere else: its list stands in the rail at `/lists/[name]` under the
 * text `lists.[name]`, with how many wait; further pages of its own are `routes`, pages about a person {@link PERSON_PAGES}.
 */
export type Work = {
  name: keyof (typeof workbench)['lists'];
  page: Load;
  /** Whose work it is; nobody else sees it, has a key to it, or is counted what waits in it. */
  duty: keyof Duties;
  /** Where the duty alone does not tell, as at a house that dispenses nothing: whether it is work here; false until that is known. A hook: called for everybody. */
  useIsHere?: () => boolean;
  /** How many wait for a hand; undefined while that is not known. A hook: called for whoever sees the list. */
  useCount?: () => number | undefined;
  routes?: WorkPage[];
};

/** In the order of the rail. */
export const WORKS: readonly Work[] = [
  { name: 'patients', page: async () => (await import('./patients/PatientsPage')).PatientsPage, duty: 'care', useCount: usePatientCount },
  { name: 'queue', page: async () => (await import('./queue/QueuePage')).QueuePage, duty: 'care', useCount: useWaitingCount },
  {
    name: 'online',
    page: async () => (await import('./visit/DeskPage')).DeskPage,
    duty: 'care',
    useCount: useDeskCount,
    routes: [{ path: 'online/:visit', page: async () => (await import('./visit/VisitDesk')).VisitDesk }],
  },
  { name: 'notes', page: async () => (await import('./notes/UnsignedPage')).UnsignedPage, duty: 'care', useCount: useUnsignedCount },
  { name: 'corrections', page: async () => (await import('./corrections/CorrectionsPage')).CorrectionsPage, duty: 'care', useCount: useCorrectionCount },
  { name: 'emergencies', page: async () => (await import('./emergencies/EmergenciesPage')).EmergenciesPage, duty: 'care', useCount: useEmergencyCount },
  {
    name: 'prescriptions',
    page: async () => (await import('./prescribe/PrescriptionsPage')).PrescriptionsPage,
    duty: 'care',
    useCount: useOwnCount,
    routes: [{ path: 'prescriptions/:task', page: async () => (await import('./prescribe/PrescriptionPage')).PrescriptionPage }],
  },
  {
    name: 'review',
    page: async () => (await import('./review/ReviewPage')).ReviewPage,
    duty: 'pharmacist',
    useCount: useReviewCount,
    routes: [{ path: 'review/:task', page: async () => (await import('./review/ReviewDesk')).ReviewDesk }],
  },
  {
    name: 'dispensing',
    page: async () => (await import('./dispensing/DispensingPage')).DispensingPage,
    duty: 'pharmacy',
    useCount: useDispensingCount,
    useIsHere: useHasCirculations,
    routes: [{ path: 'dispensing/:task', page: async () => (await import('./dispensing/DispensePage')).DispensePage }],
  },
  {
    name: 'delivery',
    page: async () => (await import('./delivery/DeliveryPage')).DeliveryPage,
    duty: 'delivery',
    useCount: useParcelCount,
    useIsHere: useHasParcels,
    routes: [{ path: 'delivery/:parcel', page: async () => (await import('./delivery/ParcelPage')).ParcelPage }],
  },
  { name: 'cashier', page: async () => (await import('./cashier/CashierPage')).CashierPage, duty: 'cashier' },
  { name: 'claims', page: async () => (await import('./claims/ClaimsPage')).ClaimsPage, duty: 'insurance' },
  { name: 'finance', page: async () => (await import('./finance/FinancePage')).FinancePage, duty: 'finance', useCount: useFoundCount },
  { name: 'supervision', page: async () => (await import('./supervision/OwnPage')).OwnPage, duty: 'quality', useCount: useAnswerCount },
];

const everywhere = () => true;

/** The lists of whoever is signed in, none while that is not known; `1` to `9` lead to the first of them. */
export function useVisibleWorks(): readonly Work[] {
  const duties = useDuties();
  return WORKS.filter(({ duty, useIsHere = everywhere }) => useIsHere() && duties?.[duty]);
}

/** Below `/persons/:id`, with the person at the right: `useParams().id` says whose page it is. */
export const PERSON_PAGES: readonly WorkPage[] = [
  { path: '', page: async () => (await import('./person/RecordPage')).RecordPage },
  { path: 'prescribe', page: async () => (await import('./prescribe/PrescribePage')).PrescribePage },
  { path: 'notes/new', page: async () => (await import('./notes/NotePage')).NewNotePage },
  { path: 'notes/:note', page: async () => (await import('./notes/NotePage')).NotePage },
];
