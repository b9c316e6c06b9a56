import '../../shared/dispensing/texts';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { Items } from '../keys/Items';
import lists from '../Lists.module.css';
import { ParcelTag } from './ParcelTag';
import { isOver, useParcels } from './useParcels';

const TABS = ['open', 'over'] as const;

/** 配送: parcels that wait, that are carried, and that are over. Before one is picked up it says where, and not to whom. */
export function DeliveryPage() {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  const [address, setAddress] = useSearchParams();
  const tab = TABS.find((one) => one === address.get('tab')) ?? 'open';
  const { data, error, refetch } = useParcels();
  const shown = data?.filter((one) => isOver(one) === (tab === 'over')) ?? [];
  return (
    <div className={lists.page}>
      <PageTitle page={t('parcel.title')} />
      <h1>{t('parcel.title')}</h1>
      <div>
        <Segmented aria-label={t('parcel.which')} value={tab} options={TABS.map((value) => ({ value, label: t(`parcel.tab.${value}`) }))} onChange={(next) => setAddress(next === 'open' ? {} : { tab: next }, { replace: true })} />
      </div>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data && shown.length === 0 ? <NothingHere title={t(tab === 'over' ? 'parcel.noneOver' : 'parcel.none')}>{tab === 'over' ? null : t('parcel.noneHint')}</NothingHere> : null}
      {shown.length > 0 ? (
        <Items
          label={t('parcel.title')}
          items={shown.map((one) => ({
            key: one.id,
            to: `/delivery/${one.id}`,
            title: (
              <>
                <strong>{one.address ?? t('number', { number: one.id.slice(-8) })}</strong> <ParcelTag state={one.state} /> {one.cold ? <StatusTag tone={one.excursion ? 'bad' : 'plain'}>{t('parcel.cold')}</StatusTag> : null}
              </>
            ),
            note: [one.name, one.shop].filter(Boolean).join(' · '),
            aside: formatMoment(one.changed, language),
          }))}
        />
      ) : null}
    </div>
  );
}
