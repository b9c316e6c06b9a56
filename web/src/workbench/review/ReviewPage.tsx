import '../../shared/prescription/texts';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { ReviewFigures } from '../../shared/prescription/ReviewFigures';
import type { Prescription } from '../../shared/prescription/prescriptions';
import { StateOf } from '../../shared/prescription/StateOf';
import { useMe } from '../../shared/session/useMe';
import { StatusTag } from '../../shared/StatusTag';
import { Items } from '../keys/Items';
import { useShortcuts } from '../keys/KeyBoard';
import lists from '../Lists.module.css';
import { Comments } from './Comments';
import { useReviewQueue } from './useReview';

const TABS = ['queue', 'comments', 'figures'] as const;
type Tab = (typeof TABS)[number];
const KEYS: Record<Tab, string> = { queue: 'q', comments: 'c', figures: 'f' };

/** 审方: what waits for a pharmacist's decision, the comment afterwards, and figures of the work. */
export function ReviewPage() {
  const { t } = useTranslation('prescription');
  const [address, setAddress] = useSearchParams();
  const tab = TABS.find((one) => one === address.get('tab')) ?? 'queue';
  const go = (next: Tab) => setAddress(next === 'queue' ? {} : { tab: next }, { replace: true });
  useShortcuts(TABS.map((one) => ({ key: KEYS[one], label: t(`queue.${one}`), run: () => go(one) })));
  return (
    <div className={lists.page}>
      <PageTitle page={t('queue.title')} />
      <h1>{t('queue.title')}</h1>
      <div>
        <Segmented aria-label={t('queue.which')} value={tab} options={TABS.map((value) => ({ value, label: t(`queue.${value}`) }))} onChange={(next) => go(next as Tab)} />
      </div>
      {tab === 'queue' ? <Queue /> : tab === 'comments' ? <Comments /> : <ReviewFigures />}
    </div>
  );
}

function Queue() {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const { data: me } = useMe();
  const { data, error, refetch, dataUpdatedAt } = useReviewQueue();
  return (
    <>
      {error && !data ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={8} /> : null}
      {data?.all.length === 0 ? <NothingHere title={t('queue.none')}>{t('queue.noneHint')}</NothingHere> : null}
      {data?.more ? <p className="muted">{t('queue.more')}</p> : null}
      {data && data.all.length > 0 ? (
        <Items
          label={t('queue.queue')}
          items={data.all.map((one) => ({
            key: one.task,
            to: `/review/${one.task}`,
            title: (
              <>
                <strong>{one.drugs.length > 0 ? one.drugs.join(' + ') : t('queue.drugs', { count: one.count })}</strong>
                {one.state === 'taken' ? <StatusTag tone="running">{t(one.owner === me?.fhirUser ? 'queue.mine' : 'queue.others')}</StatusTag> : <StateOf state={one.state} />}
              </>
            ),
            note: [t('own.number', { number: one.number }), t('own.submitted', { when: formatMoment(one.authored, language) })].join(' · '),
            aside: <Deadline of={one} now={dataUpdatedAt} />,
          }))}
        />
      ) : null}
    </>
  );
}

/** Time left until the pharmacist should have decided; what is over says so in words and colour. */
export function Deadline({ of: { deadline, late, over }, now }: { of: Prescription; now: number }) {
  const { t } = useTranslation('prescription');
  if (over) return <StatusTag tone="plain">{t('queue.over')}</StatusTag>;
  if (!deadline) return null;
  const minutes = Math.round((Date.parse(deadline) - now) / 60_000);
  return late || minutes < 0 ? <StatusTag tone="alert">{t('queue.late', { minutes: Math.max(0, -minutes) })}</StatusTag> : <StatusTag tone={minutes < 10 ? 'warning' : 'plain'}>{t('queue.left', { minutes })}</StatusTag>;
}
