import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorBoundary, Routes, useAddress, type Route } from './router';
import { useSession } from '../shared/session/session';
import { Shell } from './Shell';
import { SignIn } from './SignIn';
import { Button, ButtonLink, Empty, Loading } from './ui/ui';
import { Page } from './ui/Page';

const home = () => import('./home/HomePage');
// On its way before anything is drawn; other pages do not carry it, with its code to scan, along.
if (/^(#\/?)?$/.test(location.hash)) void home();

/** With the texts that the first view did without. */
const later = async <T,>(page: Promise<T>): Promise<T> => (await Promise.all([page, import('./laterTexts')]))[0];

const PAGES: Route[] = [
  { path: '/visits', load: async () => (await import('./record/VisitsPage')).VisitsPage },
  { path: '/reports', load: async () => (await import('./reports/ReportsPage')).ReportsPage },
  { path: '/reports/:id', load: async () => (await import('./reports/ReportPage')).ReportPage },
  { path: '/stays', load: async () => (await import('./bill/StaysPage')).StaysPage },
  { path: '/stays/:id', load: async () => (await import('./bill/StayPage')).StayPage },
  { path: '/stays/:id/:day', load: async () => (await import('./bill/DayPage')).DayPage },
  { path: '/bills', load: async () => (await import('./bill/BillsPage')).BillsPage },
  { path: '/bills/:id', load: async () => (await import('./bill/BillPage')).BillPage },
  { path: '/bills/pay/:id', load: async () => (await import('./bill/PayBillsPage')).PayBillsPage },
  { path: '/search', load: async () => (await import('./search/SearchPage')).SearchPage },
  { path: '/documents', load: async () => (await import('./reports/DocumentsPage')).DocumentsPage },
  { path: '/documents/:type/:id', load: async () => (await import('./reports/DocumentPage')).DocumentPage },
  { path: '/summary', load: async () => (await import('./reports/SummaryPage')).SummaryPage },
  { path: '/corrections', load: async () => (await import('./corrections/CorrectionsPage')).CorrectionsPage },
  { path: '/corrections/new', load: async () => (await import('./corrections/AskPage')).AskPage },
  { path: '/messages', load: async () => (await import('./messages/MessagesPage')).MessagesPage },
  { path: '/mine', load: async () => (await import('./mine/MinePage')).MinePage },
  { path: '/seen', load: async () => (await import('./seen/SeenPage')).SeenPage },
  { path: '/identities', load: async () => (await import('./identities/IdentitiesPage')).IdentitiesPage },
  { path: '/may-see', load: async () => (await import('./grants/MaySeePage')).MaySeePage },
  { path: '/consents', load: async () => (await import('./consents/ConsentsPage')).ConsentsPage },
  { path: '/consents/new/:step', load: async () => (await import('./consents/GivePage')).GivePage },
  { path: '/consents/:id', load: async () => (await import('./consents/ConsentPage')).ConsentPage },
  { path: '/consents/:id/narrow', load: async () => (await import('./consents/NarrowPage')).NarrowPage },
  { path: '/card', load: async () => (await import('./card/CardPage')).CardPage },
  { path: '/card/uses', load: async () => (await import('./card/UsesPage')).UsesPage },
  { path: '/card/lost', load: async () => (await import('./card/LostPage')).LostPage },
  { path: '/card/print', load: async () => (await import('./card/PrintPage')).PrintPage },
  { path: '/card/apply/:step', load: async () => (await import('./card/ApplyPage')).ApplyPage },
  { path: '/online-visits', load: async () => (await import('./visit/OnlineVisitsPage')).OnlineVisitsPage },
  { path: '/online-visits/new/:step', load: async () => (await import('./visit/ApplyPage')).ApplyPage },
  { path: '/online-visits/pay/:id', load: async () => (await import('./pay/PayPage')).VisitPayPage },
  { path: '/online-visits/:id', load: async () => (await import('./visit/VisitPage')).VisitPage },
  { path: '/queue', load: async () => (await import('./queue/QueuePage')).QueuePage },
  { path: '/emergency', load: async () => (await import('./emergency/EmergencyPage')).EmergencyPage },
  { path: '/find', load: async () => (await import('./find/FindPage')).FindPage },
  { path: '/book', load: async () => (await import('./book/HospitalsPage')).HospitalsPage },
  { path: '/book/hospital/:id', load: async () => (await import('./book/DoctorsPage')).DoctorsPage },
  { path: '/book/doctor/:id', load: async () => (await import('./book/TimesPage')).TimesPage },
  { path: '/book/held/:id', load: async () => (await import('./book/HeldPage')).HeldPage },
  { path: '/book/pay/:id', load: async () => (await import('./pay/PayPage')).PayPage },
  { path: '/payments', load: async () => (await import('./pay/PaymentsPage')).PaymentsPage },
  { path: '/payments/:id', load: async () => (await import('./pay/OrderPage')).OrderPage },
  { path: '/bookings', load: async () => (await import('./book/BookingsPage')).BookingsPage },
  { path: '/online', load: async () => (await import('./find/OnlinePage')).OnlinePage },
  { path: '/account', load: async () => (await import('./account/AccountPage')).AccountPage },
  { path: '/prescriptions', load: async () => (await import('./prescriptions/PrescriptionsPage')).PrescriptionsPage },
  { path: '/prescriptions/:task', load: async () => (await import('./prescriptions/PrescriptionPage')).PrescriptionPage },
  { path: '/prescriptions/:task/take', load: async () => (await import('./prescriptions/TakePage')).TakePage },
  { path: '/prescriptions/:task/take/:shop', load: async () => (await import('./prescriptions/HowPage')).HowPage },
  { path: '/prescriptions/:task/code', load: async () => (await import('./prescriptions/CodePage')).CodePage },
  { path: '/prescriptions/:task/parcel/:parcel', load: async () => (await import('./prescriptions/ParcelPage')).ParcelPage },
  { path: '/complaints', load: async () => (await import('./complaints/ComplaintsPage')).ComplaintsPage },
  { path: '/complaints/new', load: async () => (await import('./complaints/ComplainPage')).ComplainPage },
  { path: '/complaints/:id', load: async () => (await import('./complaints/ComplaintPage')).ComplaintPage },
  { path: '/ratings', load: async () => (await import('./ratings/RatingsPage')).RatingsPage },
  { path: '/ratings/of', load: async () => (await import('./ratings/RatePage')).RatePage },
  { path: '*', load: () => NoSuchPage },
];

// Every page but the first comes with them.
const ROUTES: Route[] = [{ path: '/', load: async () => (await home()).HomePage }, ...PAGES.map(({ path, load }) => ({ path, load: async () => later(Promise.resolve(load())) }))];

const PublicOnlinePage = lazy(async () => ({ default: (await later(import('./find/OnlinePage'))).PublicOnlinePage }));

/**
 * The sign-in page stands in place of the route: after it one is where one wanted to be. The public list of online services
 * is the one page that needs no sign-in.
 */
export function Resident() {
  const { token } = useSession();
  const { pathname } = useAddress();
  if (token === undefined && pathname === '/online')
    return (
      <ErrorBoundary broken={<Broken />}>
        <Suspense fallback={<First />}>
          <PublicOnlinePage />
        </Suspense>
      </ErrorBoundary>
    );
  return <ErrorBoundary broken={<Broken />}>{token === undefined ? <SignIn /> : <Routes routes={ROUTES} shell={Shell} first={<First />} />}</ErrorBoundary>;
}

/** In the place of the first page, while its code is on its way. */
function First() {
  return (
    <div style={{ gridRow: 2, padding: '1rem' }}>
      <Loading cards={4} />
    </div>
  );
}

function NoSuchPage() {
  const { t } = useTranslation(['resident', 'common']);
  return (
    <Page title={t('common:faces.notFound')} back="/">
      <Empty title={t('common:faces.notFound')}>
        <ButtonLink to="/">{t('tabs.home')}</ButtonLink>
      </Empty>
    </Page>
  );
}

/** A fault of the page, or code of a version that the server no longer has: loading anew mends the second. */
function Broken() {
  const { t } = useTranslation('common');
  return (
    <div role="alert" style={{ padding: '1rem' }}>
      <Empty title={t('faces.broken')}>
        <p>{t('faces.brokenHint')}</p>
        <Button kind="primary" onClick={() => location.reload()}>
          {t('faces.reload')}
        </Button>
      </Empty>
    </div>
  );
}
