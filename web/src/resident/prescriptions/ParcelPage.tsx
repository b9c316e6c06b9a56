import './texts';
import { useTranslation } from 'react-i18next';
import type { Parcel, ParcelState } from '../../shared/dispensing/parcels';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { ComplainHere } from '../complaints/ComplainHere';
import { RateHere } from '../ratings/RateHere';
import { useParcel } from '../requests/dispensing';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Facts, Faces, Notice, Tag, type Tone } from '../ui/ui';
import styles from './Prescriptions.module.css';

const TONES: Record<ParcelState, Tone> = { packed: 'running', picked: 'running', transit: 'running', returning: 'warning', delivered: 'good', returned: 'plain' };

/** A parcel on its way: where it is, what to say at the door, and what to do when something is wrong. */
export function ParcelPage() {
  const { t } = useTranslation('resident');
  const { task = '', parcel = '' } = useParams();
  const query = useParcel(parcel);
  return (
    <Page title={t('parcel.title')} back={`/prescriptions/${task}`} fixed>
      <Faces query={query} cards={2}>
        {({ parcel: one }) => <Shown parcel={one} />}
      </Faces>
    </Page>
  );
}

function Shown({ parcel }: { parcel: Parcel }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  return (
    <>
      <Notice {...(parcel.state === 'delivered' ? { tone: 'good' as const } : parcel.state === 'returning' ? { tone: 'warning' as const } : {})} title={t(`parcel.state.${parcel.state}`)} role="status">
        <p>{t(`parcel.means.${parcel.state}`)}</p>
      </Notice>
      {parcel.code ? (
        <section className={`card ${styles.codeBox}`} aria-label={t('parcel.code')}>
          <h2>{t('parcel.code')}</h2>
          <p className={styles.digits}>{parcel.code}</p>
          <p>{t('parcel.codeHint')}</p>
        </section>
      ) : null}
      <div className="card">
        <Facts
          facts={[
            { name: t('parcel.stateName'), value: <Tag tone={TONES[parcel.state]}>{t(`parcel.state.${parcel.state}`)}</Tag> },
            { name: t('parcel.from'), value: parcel.shop },
            ...(parcel.address ? [{ name: t('take.address'), value: parcel.address }] : []),
            { name: t('parcel.packed'), value: formatMoment(parcel.packed, language) },
            { name: t('parcel.changed'), value: formatMoment(parcel.changed, language) },
            ...(parcel.cold ? [{ name: t('parcel.cold'), value: t(parcel.excursion ? 'parcel.outside' : 'parcel.limits', { low: parcel.low, high: parcel.high }) }] : []),
          ]}
        />
      </div>
      {parcel.delivery && parcel.state === 'delivered' ? <RateHere about={`SupplyDelivery/${parcel.delivery}`} /> : null}
      {parcel.delivery ? <ComplainHere about={`SupplyDelivery/${parcel.delivery}`} /> : null}
    </>
  );
}
