import { useId, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { AccessLog } from './AccessLog';
import { Documents } from './Documents';
import { FlowSheet } from './FlowSheet';
import styles from './Record.module.css';
import { Summary } from './Summary';
import { Timeline } from './Timeline';

export const VIEWS = ['summary', 'timeline', 'results', 'documents', 'accesses'] as const;
export type View = (typeof VIEWS)[number];

/** The view an address asks for; the summary where it asks for none that there is. */
export const viewOf = (wanted: string | null): View => VIEWS.find((known) => known === wanted) ?? 'summary';

const STEPS: Record<string, (at: number) => number> = {
  ArrowRight: (at) => (at + 1) % VIEWS.length,
  ArrowLeft: (at) => (at + VIEWS.length - 1) % VIEWS.length,
  Home: () => 0,
  End: () => VIEWS.length - 1,
};

/**
 * One record in five views; only the one that is looked at asks the server. Tabs of our own: Ant Design's hide those that do
 * not fit behind a menu that is no tab, and weigh a tenth of what a first view may.
 */
export function RecordViews({ patient, view, onView }: { patient: string; view: View; onView: (view: string) => void }) {
  const { t } = useTranslation('record');
  const id = useId();
  const shown: Record<View, () => ReactNode> = {
    summary: () => <Summary patient={patient} onGo={onView} />,
    timeline: () => <Timeline patient={patient} />,
    results: () => <FlowSheet patient={patient} />,
    documents: () => <Documents patient={patient} />,
    accesses: () => <AccessLog patient={patient} />,
  };
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const next = VIEWS[STEPS[event.key]?.(VIEWS.indexOf(view)) ?? -1];
    if (!next) return;
    event.preventDefault();
    onView(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" className={styles.tabs} aria-label={t('record.views')} onKeyDown={press}>
        {VIEWS.map((name) => (
          <button key={name} id={`${id}-${name}`} type="button" role="tab" aria-selected={name === view} aria-controls={`${id}-panel`} tabIndex={name === view ? 0 : -1} onClick={() => onView(name)}>
            {t(`record.${name}`)}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${view}`} key={view}>
        {shown[view]()}
      </div>
    </>
  );
}
