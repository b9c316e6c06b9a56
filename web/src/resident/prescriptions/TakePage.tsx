import './texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DrugLeft, Offer } from '../../shared/dispensing/circulations';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useCirculation, useOffers, whereAmI, type Place } from '../requests/dispensing';
import { Link, useParams } from '../router';
import { Page } from '../ui/Page';
import { Chips, Empty, Faces, Notice, Row, Rows, Tag } from '../ui/ui';
import styles from './Prescriptions.module.css';

const VIEWS = ['price', 'distance', 'pickup', 'delivery'] as const;
type View = (typeof VIEWS)[number];

/** 去哪里取药: who has it, for how much, how far, and whether it is open. The resident chooses; nothing here recommends. */
export function TakePage() {
  const { t } = useTranslation('resident');
  const { task = '' } = useParams();
  const [view, setView] = useState<View>('price');
  const [place, setPlace] = useState<Place>();
  const [nowhere, setNowhere] = useState(false);
  const circulation = useCirculation(task);
  const offers = useOffers(task, { sort: view === 'distance' ? 'distance' : 'price', place, ...(view === 'pickup' || view === 'delivery' ? { way: view } : {}) });
  const choose = (next: View) => {
    setView(next);
    if (next === 'distance' && !place) {
      whereAmI().then(
        (found) => {
          setNowhere(false);
          setPlace(found);
        },
        () => setNowhere(true),
      );
    }
  };
  return (
    <Page title={t('take.where')} back={`/prescriptions/${task}`} fixed>
      <Chips label={t('take.views')} value={view} options={VIEWS.map((value) => ({ value, label: t(`take.view.${value}`) }))} onChange={choose} />
      {view === 'distance' && nowhere ? (
        <Notice tone="warning" role="status" title={t('take.nowhere')}>
          <p>{t('take.nowhereHint')}</p>
        </Notice>
      ) : null}
      <Faces
        query={offers}
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={t('take.none')}>
            <p>{t('take.noneHint')}</p>
          </Empty>
        }
      >
        {(list) => (
          <ul className={styles.offers} aria-label={t('take.where')}>
            {list.map((offer) => (
              <OfferCard key={offer.shop} offer={offer} task={task} by={view === 'delivery' ? 'delivery' : 'pickup'} drugs={circulation.data?.drugs ?? []} />
            ))}
          </ul>
        )}
      </Faces>
      <Rows>
        <Row to={`/prescriptions/${task}/take/any`} title={t('take.any')} note={t('take.anyHint')} />
      </Rows>
      <p className="muted small">{t('take.fair')}</p>
    </Page>
  );
}

function OfferCard({ offer, task, by, drugs }: { offer: Offer; task: string; by: 'pickup' | 'delivery'; drugs: readonly DrugLeft[] }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const missing = drugs.flatMap(({ request, name, left, unit }) => {
    const there = offer.drugs.find((one) => one.request === request)?.count ?? 0;
    return left > there ? [`${name} ${left - there} ${unit}`] : [];
  });
  const substitutes = offer.drugs.filter(({ substitute }) => substitute);
  return (
    <li>
      <Link to={`/prescriptions/${task}/take/${offer.shop}?by=${offer.ways.includes(by) ? by : (offer.ways[0] ?? 'pickup')}`} className={`card ${styles.offer}`}>
        <span className={styles.offerHead}>
          <strong>{offer.name}</strong>
          <strong className={styles.price}>¥{offer.total}</strong>
        </span>
        <span className={styles.offerTags}>
          {offer.open === undefined ? null : <Tag tone={offer.open ? 'good' : 'plain'}>{t(offer.open ? 'take.open' : 'take.closed')}</Tag>}
          {offer.whole ? null : <Tag tone="warning">{t('take.part')}</Tag>}
          {offer.ways.map((way) => (
            <Tag key={way}>{t(`take.way.${way}`)}</Tag>
          ))}
        </span>
        <span className="muted small">{[offer.kilometres === undefined ? '' : t('take.kilometres', { kilometres: offer.kilometres.toFixed(1) }), offer.address].filter(Boolean).join(t('dot'))}</span>
        {missing.length > 0 ? <span className={styles.missing}>{t('take.missing', { drugs: missing.join(t('dot')) })}</span> : null}
        {substitutes.map(({ request, name }) => (
          <span key={request} className="small">
            {t('take.substitute', { name })}
          </span>
        ))}
        {offer.old ? <span className={styles.missing}>{t('take.old', { when: formatMoment(offer.told, language) })}</span> : null}
      </Link>
    </li>
  );
}
