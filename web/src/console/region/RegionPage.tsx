import { Segmented } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatAgo } from '../../shared/format/dates';
import { formatCount, formatShare } from '../../shared/format/numbers';
import { bring, useLanguage } from '../../shared/i18n/i18n';
import texts from '../../shared/i18n/zh/figures.json';
import type { MapPlace } from '../../shared/charts/PlaceMap';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { color } from '../../shared/theme/tokens';
import { FigureCards, type Figure } from '../FigureCards';
import { AsOf, Stale } from '../Moment';
import styles from './Region.module.css';
import { CONNECTIONS, fillClassOf, fillOf, FILLS, totalOf, useRegion, type Connection, type FillClass, type Region, type Spot } from './useRegion';

bring('figures', texts);

const PlaceMap = lazy(async () => ({ default: (await import('../../shared/charts/PlaceMap')).PlaceMap }));

const TONES: Record<Connection, Tone> = { silent: 'bad', late: 'warning', ok: 'good', none: 'plain' };

type Sign = { symbol: MapPlace['symbol']; colour: string };
const BY_CONNECTION: Record<Connection, Sign> = {
  silent: { symbol: 'diamond', colour: color.error },
  late: { symbol: 'triangle', colour: color.warning },
  ok: { symbol: 'circle', colour: color.success },
  none: { symbol: 'emptyCircle', colour: color.borderStrong },
};
const BY_FILL: Record<FillClass, Sign> = {
  full: { symbol: 'diamond', colour: color.accent },
  high: { symbol: 'triangle', colour: color.warning },
  some: { symbol: 'circle', colour: color.primaryDeep },
  low: { symbol: 'circle', colour: '#4F9DB8' },
  none: { symbol: 'emptyCircle', colour: color.borderStrong },
};

/** 区域态势: what goes on in the region now, institution by institution, on a map and in a table beside it. */
export function RegionPage() {
  const { t } = useTranslation('figures');
  const region = useRegion(true);
  return (
    <div className={styles.page}>
      <PageTitle page={t('region.title')} />
      <div className={styles.head}>
        <h1>{t('region.title')}</h1>
        {region.data ? <AsOf moment={region.data.asOf} /> : null}
      </div>
      {region.data && region.isRefetchError ? <Stale error={region.error} since={region.dataUpdatedAt} /> : null}
      {region.data === undefined ? (
        <div className="card">{region.error ? <LoadFailed error={region.error} onRetry={() => void region.refetch()} /> : <LoadingLines rows={12} />}</div>
      ) : (
        <>
          <Totals region={region.data} />
          <Unusual region={region.data} />
          {region.data.spots.length === 0 ? (
            <div className="card">
              <NothingHere title={t('region.none')}>{t('region.noneHint')}</NothingHere>
            </div>
          ) : (
            <Institutions spots={region.data.spots} />
          )}
        </>
      )}
    </div>
  );
}

function Totals({ region: { spots, alerts } }: { region: Region }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const count = (value: number | undefined) => (value === undefined ? '–' : formatCount(value, language));
  const booked = totalOf(spots, (spot) => spot.booked);
  const places = totalOf(spots, (spot) => spot.places);
  const connected = spots.filter(({ connection }) => connection !== 'none');
  const troubled = connected.filter(({ connection }) => connection !== 'ok').length;
  const open = alerts.reduce((sum, one) => sum + one.open, 0);
  const shown: Figure[] = [
    { name: t('region.booked'), value: count(booked), hint: t('region.bookedHint', { share: formatShare(places ? (booked ?? 0) / places : undefined) }), to: '/slots' },
    { name: t('region.waiting'), value: count(totalOf(spots, (spot) => spot.waiting)), hint: t('region.waitingHint', { number: count(totalOf(spots, (spot) => spot.checkedIn)) }), to: '/slots' },
    { name: t('region.online'), value: count(totalOf(spots, (spot) => spot.online) ?? 0), hint: t('region.onlineHint', { number: count(totalOf(spots, (spot) => spot.onlineWaiting) ?? 0) }) },
    { name: t('region.messages'), value: count(totalOf(spots, (spot) => spot.messages)), hint: t('region.messagesHint', { number: count(totalOf(spots, (spot) => spot.unhandled) ?? 0) }) },
    { name: t('region.connected'), value: count(connected.length), hint: t('region.connectedHint', { number: count(troubled), all: count(spots.length) }), alarming: troubled > 0 },
    { name: t('region.alerts'), value: count(open), hint: t('region.alertsHint'), alarming: open > 0, to: '/audit' },
  ];
  return <FigureCards shown={shown} />;
}

/** What stands out, with the reason, the worst first; nothing is said where nothing does. */
function Unusual({ region: { spots, alerts } }: { region: Region }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const now = Date.now();
  const lines = [
    ...spots.filter(({ connection }) => connection === 'silent').map(({ id, name }) => ({ key: `silent ${id}`, tone: 'bad' as const, what: name, why: t('region.why.silent'), to: undefined })),
    ...spots
      .filter(({ connection }) => connection === 'late')
      .map(({ id, name, oldest }) => ({ key: `late ${id}`, tone: 'warning' as const, what: name, why: oldest ? t('region.why.lateSince', { when: formatAgo(oldest, now, language) }) : t('region.why.late'), to: undefined })),
    ...alerts.filter(({ open }) => open > 0).map(({ kind, open }) => ({ key: kind, tone: 'alert' as const, what: t(`region.alert.${kind}`), why: t('region.why.alerts', { number: formatCount(open, language) }), to: '/audit' })),
    ...spots.filter((spot) => fillClassOf(spot) === 'full').map((spot) => ({ key: `full ${spot.id}`, tone: 'warning' as const, what: spot.name, why: t('region.why.full', { share: formatShare(fillOf(spot)) }), to: `/slots?institution=${encodeURIComponent(spot.id)}` })),
  ];
  return (
    <section className={`card ${styles.card}`} aria-labelledby="unusual">
      <h2 id="unusual">{t('region.unusual')}</h2>
      {lines.length === 0 ? (
        <p>
          <StatusTag tone="good">{t('region.nothingUnusual')}</StatusTag>
        </p>
      ) : (
        <ul className={styles.list} aria-labelledby="unusual">
          {lines.map(({ key, tone, what, why, to }) => (
            <li key={key}>
              {to ? <Link to={to}>{what}</Link> : <span>{what}</span>}
              <StatusTag tone={tone}>{why}</StatusTag>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

type By = 'connection' | 'fill';

function Institutions({ spots }: { spots: Spot[] }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const [query, setQuery] = useSearchParams();
  const [chosen, setChosen] = useState<string>();
  const by: By = query.get('by') === 'fill' ? 'fill' : 'connection';
  const set = (value: By) =>
    setQuery(
      (now) => {
        if (value === 'fill') now.set('by', value);
        else now.delete('by');
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const places = useMemo(
    () =>
      spots.flatMap((spot): MapPlace[] => {
        if (spot.latitude === undefined || spot.longitude === undefined) return [];
        const sign = by === 'fill' ? BY_FILL[fillClassOf(spot)] : BY_CONNECTION[spot.connection];
        const line = (name: string, value: number | undefined) => (value === undefined ? [] : [`${name} ${formatCount(value, language)}`]);
        return [
          {
            ...sign,
            id: spot.id,
            name: spot.name,
            latitude: spot.latitude,
            longitude: spot.longitude,
            size: spot.booked ?? 0,
            lines: [
              ...line(t('region.booked'), spot.booked),
              ...(spot.places ? [`${t('region.fill')} ${formatShare(fillOf(spot))}`] : []),
              ...line(t('region.waiting'), spot.waiting),
              ...line(t('region.online'), spot.online),
              ...line(t('region.messages'), spot.messages),
              t(`region.connections.${spot.connection}`),
            ],
          },
        ];
      }),
    [spots, by, language, t],
  );
  const unplaced = spots.length - places.length;
  return (
    <div className={styles.columns}>
      <section className={`card ${styles.card}`} aria-labelledby="map">
        <div className={styles.head}>
          <h2 id="map">{t('region.map')}</h2>
          <Segmented<By> aria-label={t('region.colour')} value={by} options={(['connection', 'fill'] as const).map((value) => ({ value, label: t(`region.by.${value}`) }))} onChange={set} />
        </div>
        {places.length === 0 ? (
          <NothingHere title={t('region.noPlaces')}>{t('region.noPlacesHint')}</NothingHere>
        ) : (
          <>
            <Suspense fallback={<div className={styles.map} />}>
              <PlaceMap places={places} chosen={chosen} onChoose={setChosen} className={styles.map} label={t('region.mapLabel', { number: formatCount(places.length, language) })} />
            </Suspense>
            <ul className={styles.legend} aria-label={t('region.legend')}>
              {by === 'connection'
                ? CONNECTIONS.map((one) => <Key key={one} sign={BY_CONNECTION[one]} word={t(`region.connections.${one}`)} number={spots.filter(({ connection }) => connection === one).length} />)
                : FILLS.map((one) => <Key key={one} sign={BY_FILL[one]} word={t(`region.fills.${one}`)} number={spots.filter((spot) => fillClassOf(spot) === one).length} />)}
              <li className="muted small">{t('region.sizeHint')}</li>
            </ul>
          </>
        )}
        {unplaced > 0 && places.length > 0 ? <p className="muted small">{t('region.unplaced', { number: formatCount(unplaced, language) })}</p> : null}
      </section>
      <InstitutionTable spots={spots} chosen={chosen} onChoose={setChosen} />
    </div>
  );
}

/** A sign of the map with its word: shape and colour. */
function Key({ sign: { symbol, colour }, word, number }: { sign: Sign; word: string; number: number }) {
  const language = useLanguage();
  return (
    <li>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {symbol === 'triangle' ? <path d="M6 1 11 11H1z" fill={colour} /> : symbol === 'diamond' ? <path d="M6 0 12 6 6 12 0 6z" fill={colour} /> : <circle cx="6" cy="6" r="4.5" fill={symbol === 'emptyCircle' ? 'none' : colour} stroke={colour} strokeWidth="2" />}
      </svg>
      {word} <span className="muted">{formatCount(number, language)}</span>
    </li>
  );
}

function InstitutionTable({ spots, chosen, onChoose }: { spots: Spot[]; chosen: string | undefined; onChoose: (id: string | undefined) => void }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const count = (value: number | undefined) => (value === undefined ? '–' : formatCount(value, language));
  // What has trouble first; of the rest, whether they are connected says nothing of what goes on there.
  const rank = ({ connection }: Spot) => (connection === 'silent' ? 0 : connection === 'late' ? 1 : 2);
  const lines = [...spots].sort((a, b) => rank(a) - rank(b) || (b.booked ?? -1) - (a.booked ?? -1) || a.name.localeCompare(b.name));
  return (
    <section className={`card ${styles.card}`} aria-labelledby="institutions">
      <h2 id="institutions">{t('region.institutions')}</h2>
      <div className={styles.scroll} role="region" aria-labelledby="institutions" tabIndex={0}>
        <table className="data">
          <thead>
            <tr>
              <th scope="col">{t('slots.names.institution')}</th>
              <th scope="col">{t('region.connection')}</th>
              <th scope="col" className="number">
                {t('region.column.booked')}
              </th>
              <th scope="col" className="number">
                {t('region.fill')}
              </th>
              <th scope="col" className="number">
                {t('region.column.waiting')}
              </th>
              <th scope="col" className="number">
                {t('region.column.online')}
              </th>
              <th scope="col" className="number">
                {t('region.column.messages')}
              </th>
              <th scope="col">
                <span className="visually-hidden">{t('region.more')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((spot) => (
              <tr key={spot.id} className={spot.id === chosen ? styles.chosen : undefined}>
                <th scope="row">
                  <button type="button" className={styles.link} aria-pressed={spot.id === chosen} title={t('region.show')} onClick={() => onChoose(spot.id === chosen ? undefined : spot.id)}>
                    {spot.name}
                  </button>
                </th>
                <td>
                  <StatusTag tone={TONES[spot.connection]}>{t(`region.connections.${spot.connection}`)}</StatusTag>
                </td>
                <td className="number">{count(spot.booked)}</td>
                <td className="number">{formatShare(fillOf(spot))}</td>
                <td className="number">{count(spot.waiting)}</td>
                <td className="number">{count(spot.online)}</td>
                <td className="number">{count(spot.messages)}</td>
                <td>
                  <Link to={`/slots?institution=${encodeURIComponent(spot.id)}`} aria-label={t('region.slotsOf', { name: spot.name })}>
                    {t('region.slots')}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
