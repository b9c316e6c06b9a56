import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createHashRouter, Navigate, RouterProvider, type RouteObject } from 'react-router';
import { Broken, NoSuchPage } from '../shared/faces/Lost';
import { LoadingLines } from '../shared/faces/Faces';
import { useMe } from '../shared/session/useMe';
import { useSession } from '../shared/session/session';
import { Themed } from '../shared/theme/Themed';
import { useScheme } from '../shared/theme/scheme';
import { KeyBoard } from './keys/KeyBoard';
import { PersonFrame } from './person/PersonFrame';
import { useDuties } from '../shared/session/useDuties';
import { Shell } from './Shell';
import { SignIn } from './SignIn';
import { PERSON_PAGES, useVisibleWorks, WORKS } from './works';
import { WrongDoor } from './WrongDoor';

const page = (load: () => Promise<React.ComponentType>) => async () => ({ Component: await load() });

/** Behind `#`, as everywhere, so that whom one looked at reaches no log. Work lists and pages of a person come from {@link WORKS}. */
const ROUTES: RouteObject[] = [
  {
    Component: Shell,
    ErrorBoundary: Broken,
    HydrateFallback: () => <LoadingLines rows={12} />,
    children: [
      {
        ErrorBoundary: Broken,
        children: [
          { index: true, Component: Arrive },
          { path: 'find', lazy: page(async () => (await import('./find/FindPage')).FindPage) },
          ...WORKS.map((work) => ({ path: `lists/${work.name}`, lazy: page(work.page) })),
          ...WORKS.flatMap((work) => work.routes ?? []).map(({ path, page: load }) => ({ path, lazy: page(load) })),
          {
            path: 'persons/:id',
            Component: PersonFrame,
            children: PERSON_PAGES.map(({ path, page: load }) => (path === '' ? { index: true, lazy: page(load) } : { path, lazy: page(load) })),
          },
          { path: '*', Component: NoSuchPage },
        ],
      },
    ],
  },
];

/** Each arrives at the own work: pharmacists at what waits for review, couriers at parcels, finance officers at books, cashiers at bills, who answers for the institution at what is asked of it, others at the first list they have. */
function Arrive() {
  const duties = useDuties();
  const works = useVisibleWorks();
  if (duties === undefined) return <LoadingLines rows={8} />;
  const own = duties.pharmacist ? 'review' : duties.courier ? 'delivery' : duties.finance ? 'finance' : duties.cashier ? 'cashier' : duties.quality ? 'supervision' : (works[0] ?? WORKS[0])?.name;
  return <Navigate to={`/lists/${own ?? ''}`} replace />;
}

/** Clinicians' pages; whoever is none is shown the way to their own. */
export function Workbench() {
  const { token } = useSession();
  const scheme = useScheme();
  return (
    <Themed scheme={scheme}>
      {token === undefined ? (
        <SignIn />
      ) : (
        <KeyBoard>
          <Inside />
        </KeyBoard>
      )}
    </Themed>
  );
}

function Inside() {
  const { t } = useTranslation('workbench');
  const { refresh } = useSession();
  const { data } = useMe();
  // The operator token treats nobody and has no work lists.
  if (refresh === undefined || (data && data.role !== 'practitioner')) return <WrongDoor {...(data ? { role: data.role } : {})} />;
  return data ? <Routed /> : <main aria-label={t('shell.title')} />;
}

/** Begins where the address is: whoever signs in anew goes on where they were. */
function Routed() {
  const [router] = useState(() => createHashRouter(ROUTES));
  return <RouterProvider router={router} />;
}
