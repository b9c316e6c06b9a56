import type { ComponentType } from 'react';
import type workbench from '../shared/i18n/zh/workbench.json';
import { useCorrectionCount } from './corrections/useCorrections';
import { useIsNoDelivery, useParcelCount } from './delivery/useParcels';
import { useDispensingCount, useIsNoDispenser } from './dispensing/useDispensing';
import { useEmergencyCount } from './emergencies/useOwnEmergencies';
import { useFoundCount } from './finance/useBooks';
import { useUnsignedCount } from './notes/useNotes';
import { usePatientCount } from './patients/usePatients';
import { useOwnCount } from './prescribe/usePrescribe';
import { useWaitingCount } from './queue/useQueue';
import { useIsNoPharmacist, useReviewCount } from './review/useReview';
import { useDuties } from '../shared/session/useDuties';
import { useAnswerCount, useAnswersNot } from './supervision/useOwn';
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
  /** How many wait for a hand; undefined while that is not known. A hook: called on each drawing of the rail. */
  useCount: () => number | undefined;
  /** True for whom it is no work of: it is not in the rail then. A hook, as above. */
  useHidden?: () => boolean | undefined;
  routes?: WorkPage[];
};

const useNoCare = () => useDuties()?.care === false;

/** In the order of the rail: the first is where one arrives; `1` to `9` lead to them. */
export const WORKS: readonly Work[] = [
  { name: 'patients', page: async () => (await import('./patients/PatientsPage')).PatientsPage, useCount: usePatientCount, useHidden: useNoCare },
  { name: 'queue', page: async () => (await import('./queue/QueuePage')).QueuePage, useCount: useWaitingCount, useHidden: useNoCare },
  {
    name: 'online',
    page: async () => (await import('./visit/DeskPage')).DeskPage,
    useCount: useDeskCount,
    useHidden: useNoCare,
    routes: [{ path: 'online/:visit', page: async () => (await import('./visit/VisitDesk')).VisitDesk }],
  },
  { name: 'notes', page: async () => (await import('./notes/UnsignedPage')).UnsignedPage, useCount: useUnsignedCount, useHidden: useNoCare },
  { name: 'corrections', page: async () => (await import('./corrections/CorrectionsPage')).CorrectionsPage, useCount: useCorrectionCount, useHidden: useNoCare },
  { name: 'emergencies', page: async () => (await import('./emergencies/EmergenciesPage')).EmergenciesPage, useCount: useEmergencyCount, useHidden: useNoCare },
  {
    name: 'prescriptions',
    page: async () => (await import('./prescribe/PrescriptionsPage')).PrescriptionsPage,
    useCount: useOwnCount,
    useHidden: useNoCare,
    routes: [{ path: 'prescriptions/:task', page: async () => (await import('./prescribe/PrescriptionPage')).PrescriptionPage }],
  },
  {
    name: 'review',
    page: async () => (await import('./review/ReviewPage')).ReviewPage,
    useCount: useReviewCount,
    useHidden: () => useIsNoPharmacist() !== false,
    routes: [{ path: 'review/:task', page: async () => (await import('./review/ReviewDesk')).ReviewDesk }],
  },
  {
    name: 'dispensing',
    page: async () => (await import('./dispensing/DispensingPage')).DispensingPage,
    useCount: useDispensingCount,
    useHidden: useIsNoDispenser,
    routes: [{ path: 'dispensing/:task', page: async () => (await import('./dispensing/DispensePage')).DispensePage }],
  },
  {
    name: 'delivery',
    page: async () => (await import('./delivery/DeliveryPage')).DeliveryPage,
    useCount: useParcelCount,
    useHidden: useIsNoDelivery,
    routes: [{ path: 'delivery/:parcel', page: async () => (await import('./delivery/ParcelPage')).ParcelPage }],
  },
  { name: 'cashier', page: async () => (await import('./cashier/CashierPage')).CashierPage, useCount: () => undefined, useHidden: () => !useDuties()?.cashier },
  { name: 'claims', page: async () => (await import('./claims/ClaimsPage')).ClaimsPage, useCount: () => undefined, useHidden: () => !useDuties()?.insurance },
  { name: 'finance', page: async () => (await import('./finance/FinancePage')).FinancePage, useCount: useFoundCount, useHidden: () => !useDuties()?.finance },
  { name: 'supervision', page: async () => (await import('./supervision/OwnPage')).OwnPage, useCount: useAnswerCount, useHidden: () => useAnswersNot() !== false },
];

/** Below `/persons/:id`, with the person at the right: `useParams().id` says whose page it is. */
export const PERSON_PAGES: readonly WorkPage[] = [
  { path: '', page: async () => (await import('./person/RecordPage')).RecordPage },
  { path: 'prescribe', page: async () => (await import('./prescribe/PrescribePage')).PrescribePage },
  { path: 'notes/new', page: async () => (await import('./notes/NotePage')).NewNotePage },
  { path: 'notes/:note', page: async () => (await import('./notes/NotePage')).NotePage },
];
