import { useMe } from '../shared/session/useMe';
import { useSession } from '../shared/session/session';

export { useMe };

export type Role = 'root' | 'resident' | 'practitioner' | 'regulator' | 'operator' | 'system';

/** In what role the pages are seen, `root` with the operator token; absent until it is known. What one may do is decided by the API alone. */
export function useRole(): Role | undefined {
  const { refresh } = useSession();
  const { data } = useMe();
  return refresh === undefined ? 'root' : data?.role;
}

/** Counts of what the platform holds are for whoever runs or oversees it. */
export const seesOverview = (role: Role | undefined): boolean => role === 'root' || role === 'regulator' || role === 'operator';
/** Loads and metrics are the operators'. */
export const runsPlatform = (role: Role | undefined): boolean => role === 'root' || role === 'operator';
/** Regulators and operators see nothing personal. */
export const seesResidents = (role: Role | undefined): boolean => role === 'root' || role === 'practitioner';
/** Reviews are the regulators', justifications the practitioners'. */
export const seesEmergencies = (role: Role | undefined): boolean => role === 'root' || role === 'regulator' || role === 'practitioner';
/** Regulators ask for cases; they and operators decide. */
export const seesCases = (role: Role | undefined): boolean => role === 'root' || role === 'regulator' || role === 'operator';
export const seesAudit = (role: Role | undefined): boolean => role === 'root' || role === 'regulator' || role === 'operator';
/** Institutions see their own, regulators and operators the counts of all. */
export const seesQuality = (role: Role | undefined): boolean => role === 'root' || role === 'practitioner' || role === 'regulator' || role === 'operator' || role === 'system';
/** Institutions on their way to the platform: their own practitioners, and whoever admits and certifies. */
export const seesOnboarding = (role: Role | undefined): boolean => role === 'root' || role === 'regulator' || role === 'operator' || role === 'practitioner';
/** Whoever decides, and those who file for their institution. */
export const seesRegistry = (role: Role | undefined): boolean => role !== undefined && role !== 'resident';
export const appliesForInstitutions = (role: Role | undefined): boolean => role === 'root' || role === 'operator' || role === 'practitioner';
/** Counters issue and suspend cards and scan codes; operators keep terminals and parties. */
export const seesCards = (role: Role | undefined): boolean => role === 'root' || role === 'practitioner' || role === 'operator';
export const worksAtCounter = (role: Role | undefined): boolean => role === 'root' || role === 'practitioner';
/** How places fill and queues stand, in counts: who oversees sees all, staff its own institution. */
export const seesSlots = (role: Role | undefined): boolean => role !== undefined && role !== 'resident';
/** Rules of prescription review and knowledge of drugs: operators write them, regulators read. */
export const seesReview = (role: Role | undefined): boolean => role === 'root' || role === 'regulator' || role === 'operator';

/** Books of channels and payers: the clearing centre works on them, regulators look. Finance officers of institutions have theirs at the workbench. */
export const seesClearing = (role: Role | undefined): boolean => role === 'root' || role === 'operator' || role === 'regulator';

/** Care on line is supervised by regulators. */
export const seesSupervision = (role: Role | undefined): boolean => role === 'root' || role === 'regulator';

/** Prices and rules of settlement: operators keep them, regulators look. */
export const seesTariff = (role: Role | undefined): boolean => role === 'root' || role === 'operator' || role === 'regulator';
