import { createHashRouter, RouterProvider } from 'react-router';
import { useSession } from '../shared/session/session';
import { Broken, NoSuchPage } from '../shared/faces/Lost';
import { OverviewSkeleton } from './overview/OverviewSkeleton';
import { Shell } from './Shell';
import { SignIn } from './SignIn';

/**
 * Routes live behind `#`: any web server that serves the files serves every page, and what a person looked at (a
 * resident's id is in the route) reaches no server log and no Referer header.
 */
const router = createHashRouter([
  {
    Component: Shell,
    ErrorBoundary: Broken,
    children: [
      {
        ErrorBoundary: Broken,
        children: [
          { index: true, lazy: async () => ({ Component: (await import('./overview/OverviewPage')).OverviewPage }) },
          { path: 'region', lazy: async () => ({ Component: (await import('./region/RegionPage')).RegionPage }) },
          { path: 'slots', lazy: async () => ({ Component: (await import('./slots/SlotsPage')).SlotsPage }) },
          { path: 'clearing', lazy: async () => ({ Component: (await import('./clearing/ClearingPage')).ClearingPage }) },
          { path: 'tariff', lazy: async () => ({ Component: (await import('./tariff/PricesPage')).PricesPage }) },
          { path: 'tariff/rules', lazy: async () => ({ Component: (await import('./tariff/RulesPage')).RulesPage }) },
          { path: 'residents', lazy: async () => ({ Component: (await import('./residents/ResidentsPage')).ResidentsPage }) },
          { path: 'residents/:id', lazy: async () => ({ Component: (await import('./record/RecordPage')).RecordPage }) },
          { path: 'emergencies', lazy: async () => ({ Component: (await import('./emergencies/EmergenciesPage')).EmergenciesPage }) },
          { path: 'cases', lazy: async () => ({ Component: (await import('./cases/CasesPage')).CasesPage }) },
          { path: 'supervision', lazy: async () => ({ Component: (await import('./supervision/SupervisionPage')).SupervisionPage }) },
          { path: 'supervision/cases', lazy: async () => ({ Component: (await import('./supervision/CasesPage')).CasesPage }) },
          { path: 'supervision/complaints', lazy: async () => ({ Component: (await import('./supervision/ComplaintsPage')).ComplaintsPage }) },
          { path: 'supervision/rules', lazy: async () => ({ Component: (await import('./supervision/RulesPage')).RulesPage }) },
          { path: 'supervision/replay/:id', lazy: async () => ({ Component: (await import('./supervision/ReplayPage')).ReplayPage }) },
          { path: 'onboarding', lazy: async () => ({ Component: (await import('./onboarding/OnboardingPage')).OnboardingPage }) },
          { path: 'cards', lazy: async () => ({ Component: (await import('./cards/CardsPage')).CardsPage }) },
          { path: 'registry', lazy: async () => ({ Component: (await import('./registry/RegistryPage')).RegistryPage }) },
          { path: 'edge', lazy: async () => ({ Component: (await import('./edge/EdgePage')).EdgePage }) },
          { path: 'audit', lazy: async () => ({ Component: (await import('./audit/AuditPage')).AuditPage }) },
          { path: 'exchange', lazy: async () => ({ Component: (await import('./exchange/ExchangePage')).ExchangePage }) },
          { path: 'exchange/rehearse', lazy: async () => ({ Component: (await import('./exchange/RehearsePage')).RehearsePage }) },
          { path: 'exchange/codes', lazy: async () => ({ Component: (await import('./exchange/CodesPage')).CodesPage }) },
          { path: 'identities', lazy: async () => ({ Component: (await import('./identities/IndexPage')).IndexPage }) },
          { path: 'identities/review', lazy: async () => ({ Component: (await import('./identities/ReviewPage')).ReviewPage }) },
          { path: 'identities/persons/:id', lazy: async () => ({ Component: (await import('./identities/PersonPage')).PersonPage }) },
          { path: 'review', lazy: async () => ({ Component: (await import('./review/RulesPage')).RulesPage }) },
          { path: 'review/rules/:rule/:version', lazy: async () => ({ Component: (await import('./review/RulePage')).RulePage }) },
          { path: 'review/knowledge', lazy: async () => ({ Component: (await import('./review/KnowledgePage')).KnowledgePage }) },
          { path: 'review/figures', lazy: async () => ({ Component: (await import('./review/FiguresPage')).FiguresPage }) },
          { path: 'quality', lazy: async () => ({ Component: (await import('./quality/QualityPage')).QualityPage }) },
          { path: 'quality/rules', lazy: async () => ({ Component: (await import('./quality/RulesPage')).RulesPage }) },
          { path: 'quality/report', lazy: async () => ({ Component: (await import('./quality/ReportPage')).ReportPage }) },
          { path: '*', Component: NoSuchPage },
        ],
      },
    ],
    HydrateFallback: OverviewSkeleton,
  },
]);

/** The sign-in page stands in place of the route, not at a route of its own: after it one is where one wanted to be. */
export function Console() {
  const { token } = useSession();
  return token === undefined ? <SignIn /> : <RouterProvider router={router} />;
}
