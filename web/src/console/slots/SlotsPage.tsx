import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { formatCount, formatShare } from '../../shared/format/numbers';
import { bring, useLanguage } from '../../shared/i18n/i18n';
import texts from '../../shared/i18n/zh/figures.json';
import { PageTitle } from '../../shared/PageTitle';
import { FigureCards, type Figure } from '../FigureCards';
import { AsOf, Stale } from '../Moment';
import { useMe, useRole } from '../useRole';
import { DayOfDoctor } from './DayOfDoctor';
import { FillTable } from './FillTable';
import { QueuesNow } from './QueuesNow';
import styles from './Slots.module.css';
import { UnreleasedList } from './UnreleasedList';
import { fillRate, missRate, sumOf, useFigures, type Figures, type Scope } from './useSlots';

bring('figures', texts);

/** 号源候诊: how the places of the next two weeks fill, from the region down to one doctor's day, and how queues stand now. */
export function SlotsPage() {
  const { t } = useTranslation('figures');
  const role = useRole();
  const who = useMe();
  const [query, setQuery] = useSearchParams();
  const own = role === 'practitioner' || role === 'system';
  const ownInstitution = who.data?.institution || undefined;
  const scope: Scope = { institution: own ? ownInstitution : (query.get('institution') ?? undefined), department: query.get('department') ?? undefined };
  const figures = useFigures(scope, role !== undefined);
  const go = (to: Record<string, string | undefined>) => setQuery(Object.fromEntries(Object.entries(to).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))), { preventScrollReset: true });
  const level = scope.department !== undefined ? 'schedule' : scope.institution !== undefined || own ? 'department' : 'institution';
  const schedule = query.get('schedule') ?? undefined;
  const day = query.get('day') ?? undefined;
  return (
    <div className={styles.page}>
      <PageTitle page={t('slots.title')} />
      <div className={styles.head}>
        <h1>{t('slots.title')}</h1>
        {figures.data ? <AsOf moment={figures.data.asOf} /> : null}
      </div>
      <Trail scope={scope} own={own} onGo={go} />
      {figures.data && figures.isRefetchError ? <Stale error={figures.error} since={figures.dataUpdatedAt} /> : null}
      {figures.data === undefined ? (
        <div className="card">{role === undefined && who.error ? <LoadFailed error={who.error} onRetry={() => void who.refetch()} /> : figures.error ? <LoadFailed error={figures.error} onRetry={() => void figures.refetch()} /> : <LoadingLines rows={10} />}</div>
      ) : (
        <>
          <Totals figures={figures.data} withSchedules={level !== 'schedule'} />
          <FillTable
            figures={figures.data}
            level={level}
            chosen={schedule === undefined || day === undefined ? undefined : { schedule, day }}
            onOpen={(id) => go(level === 'institution' ? { institution: id } : { institution: own ? undefined : scope.institution, department: id })}
            onDay={(id, at) => go({ institution: own ? undefined : scope.institution, department: scope.department, schedule: id, day: at })}
          />
          {level === 'schedule' && schedule !== undefined && day !== undefined ? <DayOfDoctor schedule={schedule} day={day} group={figures.data.groups.find(({ reference }) => reference === `Schedule/${schedule}`)} /> : null}
          {level === 'schedule' ? null : <UnreleasedList figures={figures.data} level={level} onOpen={(id) => go({ institution: id })} />}
        </>
      )}
      {role === undefined || level === 'schedule' ? null : <QueuesNow institution={scope.institution} onOpen={(id) => go({ institution: id })} />}
    </div>
  );
}

/** Where one is, and the way back up. */
function Trail({ scope: { institution, department }, own, onGo }: { scope: Scope; own: boolean; onGo: (to: Record<string, string | undefined>) => void }) {
  const { t } = useTranslation('figures');
  const names = useNames([institution, department].map((id) => (id ? `Organization/${id}` : undefined)));
  const nameOf = (id: string) => names.get(`Organization/${id}`) ?? id;
  const steps = [
    ...(own ? [] : [{ name: t('slots.region'), to: {} }]),
    ...(institution ? [{ name: nameOf(institution), to: own ? {} : { institution } }] : []),
    ...(department === undefined ? [] : [{ name: department === '' ? t('slots.noDepartment') : nameOf(department), to: undefined }]),
  ];
  return (
    <nav aria-label={t('slots.trail')}>
      <ol className={styles.trail}>
        {steps.map(({ name, to }, index) => (
          <li key={name}>
            {to && index < steps.length - 1 ? (
              <button type="button" className={styles.link} onClick={() => onGo(to)}>
                {name}
              </button>
            ) : (
              <span aria-current="page">{name}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Totals({ figures, withSchedules }: { figures: Figures; withSchedules: boolean }) {
  const { t } = useTranslation('figures');
  const language = useLanguage();
  const all = sumOf(figures.groups.flatMap(({ days }) => days));
  const past = figures.groups.reduce((sum, { seen, missed }) => ({ seen: sum.seen + seen, missed: sum.missed + missed }), { seen: 0, missed: 0 });
  const count = (value: number) => formatCount(value, language);
  const shown: Figure[] = [
    { name: t('slots.opened'), value: count(all.opened), hint: t('slots.ofPlaces', { number: count(all.places) }) },
    { name: t('slots.taken'), value: formatShare(fillRate(all)), hint: t('slots.takenHint', { booked: count(all.booked), held: count(all.held) }) },
    { name: t('slots.left'), value: count(all.left), hint: t('slots.leftHint', { reserved: count(all.reserved), kept: count(all.kept) }) },
    { name: t('slots.referral'), value: all.places > 0 ? formatShare(all.referral / all.places) : '–', hint: t('slots.referralHint', { taken: count(all.referralTaken), number: count(all.referral) }) },
    { name: t('slots.waiting'), value: count(all.waiting), hint: t('slots.waitingHint') },
    { name: t('slots.missed'), value: formatShare(missRate(past)), hint: t('slots.missedHint', { missed: count(past.missed), number: count(past.seen + past.missed) }) },
    ...(withSchedules ? [{ name: t('slots.unreleased'), value: count(figures.unreleasedCount), hint: t('slots.unreleasedHint'), alarming: figures.unreleasedCount > 0 }] : []),
  ];
  return <FigureCards shown={shown} />;
}
