import { Drawer } from 'antd';
import { createContext, lazy, Suspense, use, useState, type ReactNode } from 'react';
import { LoadingLines } from '../faces/Faces';
import type { Openable } from './lines';

const DocumentView = lazy(async () => ({ default: (await import('./DocumentView')).DocumentView }));

const Open = createContext<(openable: Openable) => void>(() => undefined);

/** Opens a document or report beside the record. */
export const useReader = () => use(Open);

const Ways = createContext<(encounter: string) => ReactNode>(() => null);

/** Where the reader may go on to from a visit of the record, by its id. */
export const useWays = () => use(Ways);

/**
 * Holds the one drawer in which documents are read; what is below keeps its place. It says whose document it is, since
 * on a phone it covers the banner.
 */
export function Reader({ person, ways = () => null, children }: { person: string | undefined; ways?: (encounter: string) => ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState<Openable>();
  const [shown, setShown] = useState(false);
  return (
    <Open
      value={(openable) => {
        setOpen(openable);
        setShown(true);
      }}
    >
      <Ways value={ways}>{children}</Ways>
      <Drawer open={shown} title={open?.title} extra={<strong>{person}</strong>} size="min(860px, 100vw)" onClose={() => setShown(false)} destroyOnHidden>
        {open ? (
          <Suspense fallback={<LoadingLines rows={12} />}>
            <DocumentView document={open} />
          </Suspense>
        ) : null}
      </Drawer>
    </Open>
  );
}
