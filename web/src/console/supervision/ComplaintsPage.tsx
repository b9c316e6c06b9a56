import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { ComplaintCard } from '../../shared/complaint/ComplaintCard';
import { ComplaintList } from '../../shared/complaint/ComplaintList';
import { COMPLAINT_STATES, useComplaints } from '../../shared/complaint/complaints';
import '../../shared/complaint/texts';
import { PageTitle } from '../../shared/PageTitle';
import styles from '../../shared/supervision/Supervision.module.css';
import '../../shared/supervision/texts';

/** 投诉, for regulators: those that have come to them first; the words of the others stay between resident and institution. */
export function ComplaintsPage() {
  const { t } = useTranslation(['complaint', 'supervision']);
  const [query, setQuery] = useSearchParams();
  const all = query.get('state') === 'all';
  const state = all ? undefined : (COMPLAINT_STATES.find((one) => one === query.get('state')) ?? 'escalated');
  const first = useComplaints(state).data?.[0]?.id;
  const chosen = query.get('id') ?? first;
  const set = (values: Record<string, string>) => setQuery((now) => new URLSearchParams({ ...Object.fromEntries(now), ...values }), { replace: true, preventScrollReset: true });
  return (
    <div className={styles.page}>
      <PageTitle page={t('title')} />
      <div className={styles.head}>
        <h1>{t('title')}</h1>
        <nav className={styles.links} aria-label={t('supervision:more')}>
          <Link to="/supervision">{t('supervision:back')}</Link>
          <Link to="/supervision/cases">{t('supervision:cases')}</Link>
        </nav>
      </div>
      <p className="muted">{t('leadRegulator')}</p>
      <div className={styles.scroll}>
        <Segmented value={state ?? 'all'} options={[...COMPLAINT_STATES.map((value) => ({ value, label: t(`state.${value}`) })), { value: 'all', label: t('all') }]} onChange={(value) => setQuery({ state: value }, { replace: true, preventScrollReset: true })} />
      </div>
      <div className={styles.columns}>
        {chosen === undefined ? <div /> : <ComplaintCard key={chosen} id={chosen} />}
        <ComplaintList state={state} chosen={chosen} onChoose={(id) => set({ id })} />
      </div>
    </div>
  );
}
