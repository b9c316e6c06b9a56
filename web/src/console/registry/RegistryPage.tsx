import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import facts from '../emergencies/Emergencies.module.css';
import { appliesForInstitutions, runsPlatform, useRole } from '../useRole';
import { Alliances } from './Alliances';
import { LicenceFiling, PlaceFiling } from './Filing';
import { LicenceTable, LicenceTag, PlaceTable } from './Lists';
import styles from './Registry.module.css';
import { LICENCE_STATES, SITE_STATES, useAlliances, useFigures, useUnit, useUnits, type LicenceState } from './useRegistry';

const VIEWS = ['units', 'licences', 'places', 'alliances'] as const;
type View = (typeof VIEWS)[number];

/** What stands out, what the figure counts, and where it is seen. */
const FIGURES = [
  { name: 'filed', count: 'licence.filed', to: { view: 'licences', only: 'filed' } },
  { name: 'verified', count: 'licence.verified', to: { view: 'licences', only: 'verified' } },
  { name: 'pending', count: 'place.pending', to: { view: 'places', only: 'pending' } },
  { name: 'due', count: 'due', to: { view: 'licences', only: 'due' } },
  { name: 'ending', count: 'ending', to: { view: 'licences', only: 'ending' } },
  { name: 'suspended', count: 'licence.suspended', to: { view: 'licences', only: 'suspended' } },
] as const;

/** 机构人员注册: what waits for a decision, the tree of institutions, licences, places of practice, alliances. All choices are in the address. */
export function RegistryPage() {
  const { t } = useTranslation(['console', 'codes']);
  const language = useLanguage();
  const [query, setQuery] = useSearchParams();
  const view: View = VIEWS.find((one) => one === query.get('view')) ?? 'units';
  const only = query.get('only') ?? 'all';
  const figures = useFigures();
  const role = useRole();
  // Institutions file, and operators for them; a post at another place is made by the operators or by the institution's system.
  const mayFile = appliesForInstitutions(role);
  const files = mayFile ? query.get('file') : null;
  const set = (values: Record<string, string>) => setQuery(new URLSearchParams(values), { preventScrollReset: true });
  const options = (states: readonly string[], family: 'licenceState' | 'siteState') => states.map((value) => ({ value, label: t(`codes:${family}.${value as 'active'}` as 'codes:licenceState.active') }));
  return (
    <div className={styles.page}>
      <PageTitle page={t('registry.title')} />
      <h1>{t('registry.title')}</h1>
      <p className="muted">{t('registry.lead')}</p>
      {figures.error ? <LoadFailed error={figures.error} onRetry={() => void figures.refetch()} compact /> : null}
      <div className={styles.figures}>
        {FIGURES.map(({ name, count, to }) => (
          <button key={name} type="button" className={styles.figure} data-alarming={(figures.data?.get(count) ?? 0) > 0 || undefined} onClick={() => set(to)}>
            <span>{t(`registry.figure.${name}`)}</span>
            <strong>{figures.data ? formatCount(figures.data.get(count) ?? 0, language) : '–'}</strong>
          </button>
        ))}
      </div>
      <div className={styles.head}>
        <div className={styles.scroll}>
          <Segmented aria-label={t('registry.views')} value={view} options={VIEWS.map((value) => ({ value, label: t(`registry.view.${value}`) }))} onChange={(value) => set({ view: value as View })} />
        </div>
        {view === 'licences' || view === 'places' ? (
          <div className={styles.scroll}>
            <Segmented
              aria-label={t('registry.filter')}
              value={only}
              options={[
                { value: 'all', label: t('registry.all') },
                ...(view === 'licences' ? [...options(LICENCE_STATES, 'licenceState'), { value: 'due', label: t('registry.due') }, { value: 'ending', label: t('registry.ending') }] : options(SITE_STATES, 'siteState')),
              ]}
              onChange={(value) => set({ view, only: String(value) })}
            />
          </div>
        ) : null}
      </div>
      {view === 'licences' || view === 'places' ? (
        files === view ? (
          view === 'licences' ? (
            <LicenceFiling onDone={() => set({ view, only: 'filed' })} />
          ) : (
            <PlaceFiling onDone={() => set({ view, only: 'pending' })} />
          )
        ) : mayFile && (view === 'licences' || runsPlatform(role)) ? (
          <div>
            <Button type="primary" onClick={() => set({ view, only, file: view })}>
              {t(view === 'licences' ? 'registry.fileLicence' : 'registry.filePlace')}
            </Button>
          </div>
        ) : null
      ) : null}
      {view === 'units' ? <Units at={query.get('at') ?? undefined} onGo={(at) => set({ view: 'units', ...(at ? { at } : {}) })} /> : null}
      {view === 'licences' ? (
        <section className="card" aria-label={t('registry.view.licences')}>
          <LicenceTable key={only} filter={only === 'due' ? { due: 'true' } : only === 'ending' ? { ending: 'true' } : { state: only === 'all' ? undefined : only }} />
        </section>
      ) : null}
      {view === 'places' ? (
        <section className="card" aria-label={t('registry.view.places')}>
          <PlaceTable key={only} filter={{ state: only === 'all' ? undefined : only }} />
        </section>
      ) : null}
      {view === 'alliances' ? <Alliances mayPropose={mayFile} /> : null}
    </div>
  );
}

/** One step down the tree at a time; beside it the institution where one stands. */
function Units({ at, onGo }: { at: string | undefined; onGo: (at: string | undefined) => void }) {
  const { t } = useTranslation(['console', 'codes']);
  const here = useUnit(at);
  const below = useUnits(at);
  const alliances = useAlliances(at, at !== undefined);
  const unit = here.data;
  return (
    <div className={styles.columns}>
      <section className={`card ${styles.panel}`} aria-label={t('registry.below')}>
        <div className={styles.way}>
          <button type="button" onClick={() => onGo(undefined)}>
            {t('registry.top')}
          </button>
          {unit?.partOf ? (
            <>
              <span aria-hidden="true">/</span>
              <button type="button" onClick={() => onGo(unit.partOf)}>
                …
              </button>
            </>
          ) : null}
          {unit ? (
            <>
              <span aria-hidden="true">/</span>
              <strong>{unit.name}</strong>
            </>
          ) : null}
        </div>
        {below.data === undefined ? (
          below.error ? (
            <LoadFailed error={below.error} onRetry={() => void below.refetch()} compact />
          ) : (
            <LoadingLines rows={8} />
          )
        ) : below.data.length === 0 ? (
          <p className="muted">{t('registry.noUnits')}</p>
        ) : (
          <ul className={styles.units} aria-label={t('registry.below')}>
            {below.data.map((one) => (
              <li key={one.id}>
                <button type="button" className={styles.unit} onClick={() => onGo(one.id)}>
                  <span className={facts.itemHead}>
                    <strong>{one.name}</strong>
                    {one.licence ? <LicenceTag state={one.licence as LicenceState} /> : null}
                  </span>
                  <span className="muted small">{[one.level ? t(`codes:institutionLevel.${one.level as '3A'}`) : undefined, one.posts > 0 ? t('registry.staff', { count: one.posts }) : undefined].filter(Boolean).join(' · ')}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      {at === undefined ? (
        <section className="card" aria-label={t('registry.view.licences')}>
          <LicenceTable filter={{ state: 'filed' }} />
        </section>
      ) : here.error ? (
        <div className="card">
          <LoadFailed error={here.error} onRetry={() => void here.refetch()} />
        </div>
      ) : unit === undefined ? (
        <div className="card">
          <LoadingLines rows={8} />
        </div>
      ) : (
        <section className={`card ${styles.panel}`} aria-label={unit.name}>
          <h2>{unit.name}</h2>
          <dl className={facts.facts}>
            {unit.level ? (
              <div>
                <dt>{t('registry.level')}</dt>
                <dd>{t(`codes:institutionLevel.${unit.level as '3A'}`)}</dd>
              </div>
            ) : null}
            {unit.address ? (
              <div>
                <dt>{t('registry.address')}</dt>
                <dd>{unit.address}</dd>
              </div>
            ) : null}
            {alliances.data
              ?.filter(({ state }) => state === 'active')
              .map((one) => (
                <div key={one.id}>
                  <dt>{t(`codes:allianceKind.${one.kind as 'urban-group'}`, { defaultValue: one.kind })}</dt>
                  <dd>{one.lead === unit.name ? `${t('registry.member')} ${one.member}` : `${t('registry.leader')} ${one.lead}`}</dd>
                </div>
              ))}
          </dl>
          {unit.department ? null : (
            <>
              <h3>{t('registry.licencesOf')}</h3>
              <LicenceTable filter={{ holder: `Organization/${unit.id}` }} compact />
              <h3>{t('registry.peopleOf')}</h3>
              <PlaceTable filter={{ institution: unit.id }} compact />
            </>
          )}
        </section>
      )}
    </div>
  );
}
