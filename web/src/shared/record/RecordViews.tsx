import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { AccessLog } from './AccessLog';
import { Documents } from './Documents';
import { FlowSheet } from './FlowSheet';
import { Summary } from './Summary';
import { Timeline } from './Timeline';

export const VIEWS = ['summary', 'timeline', 'results', 'documents', 'accesses'] as const;
export type View = (typeof VIEWS)[number];

/** The view an address asks for; the summary where it asks for none that there is. */
export const viewOf = (wanted: string | null): View => VIEWS.find((known) => known === wanted) ?? 'summary';

/** One record in five views; only the one that is looked at asks the server. */
export function RecordViews({ patient, view, onView }: { patient: string; view: View; onView: (view: string) => void }) {
  const { t } = useTranslation('record');
  return (
    <Tabs
      activeKey={view}
      onChange={onView}
      destroyOnHidden
      items={[
        { key: 'summary', label: t('record.summary'), children: <Summary patient={patient} onGo={onView} /> },
        { key: 'timeline', label: t('record.timeline'), children: <Timeline patient={patient} /> },
        { key: 'results', label: t('record.results'), children: <FlowSheet patient={patient} /> },
        { key: 'documents', label: t('record.documents'), children: <Documents patient={patient} /> },
        { key: 'accesses', label: t('record.accesses'), children: <AccessLog patient={patient} /> },
      ]}
    />
  );
}
