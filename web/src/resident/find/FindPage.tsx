import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from '../router';
import { useCare, WHATS, type Asked, type Hit, type What } from '../requests/care';
import { Page } from '../ui/Page';
import { Button, ButtonLink, Chips, Choice, Empty, Faces, Field, Notice, SearchField, Tag } from '../ui/ui';
import styles from './Find.module.css';

const SPECIALTIES = ['02', '03', '03_01', '03_02', '03_03', '03_04', '03_07', '04', '04_01', '04_03', '05', '07', '09', '10', '11', '12', '13', '15', '16', '19', '20', '21', '50'] as const;
const LEVELS = ['3A,3B,3C,3', '2A,2B,2C,2', 'T,V,1A,1B,1C,1'] as const;

/** Doctors, hospitals and services that may serve now. What was asked is in the address, so that back comes back to it. */
export function FindPage() {
  const { t } = useTranslation(['resident', 'codes']);
  const [query, setQuery] = useSearchParams();
  const what: What = WHATS.find((one) => one === query.get('what')) ?? 'doctor';
  const [text, setText] = useState(query.get('q') ?? '');
  // Where somebody is stays on the phone's page: it is in no address and no history.
  const [near, setNear] = useState<string>();
  const [lost, setLost] = useState(false);
  const set = (name: string, value: string) =>
    setQuery(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  const asked: Asked = { what, q: query.get('q') ?? '', specialty: query.get('specialty') ?? '', level: query.get('level') ?? '', online: query.has('online'), ...(near ? { near } : {}) };
  const care = useCare(asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set('q', text.trim());
  };
  const locate = () => {
    setLost(false);
    if (near) setNear(undefined);
    else if (!('geolocation' in navigator)) setLost(true);
    else
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => setNear(`${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`),
        () => setLost(true),
        { timeout: 10_000 },
      );
  };
  return (
    <Page title={t('find.title')} back="/" own>
      <form className={styles.form} role="search" onSubmit={submit} autoComplete="off">
        <Chips label={t('find.what')} value={what} options={WHATS.map((value) => ({ value, label: t(`find.kind.${value}`) }))} onChange={(value) => set('what', value)} />
        <SearchField label={t('find.q')} value={text} placeholder={t('find.placeholder')} submit={t('find.submit')} onChange={setText} />
        <Field label={t('find.specialty')}>
          {(id) => (
            <select id={id} value={query.get('specialty') ?? ''} onChange={(event) => set('specialty', event.target.value)}>
              <option value="">{t('find.anySpecialty')}</option>
              {SPECIALTIES.map((code) => (
                <option key={code} value={code.replace('_', '.')}>
                  {t(`codes:specialty.${code}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('find.level')}>
          {(id) => (
            <select id={id} value={query.get('level') ?? ''} onChange={(event) => set('level', event.target.value)}>
              <option value="">{t('find.anyLevel')}</option>
              {LEVELS.map((levels) => (
                <option key={levels} value={levels}>
                  {t(`find.levels.${levels}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Choice type="checkbox" name="online" checked={query.has('online')} onChange={(checked) => set('online', checked ? '1' : '')} title={t('find.online')} />
        <Button wide aria-pressed={near !== undefined} onClick={locate}>
          {t(near ? 'find.nearOff' : 'find.near')}
        </Button>
        {lost ? <Notice tone="warning" role="alert" title={t('find.nearFailed')} /> : null}
      </form>
      <Faces
        query={care}
        isEmpty={(hits) => hits.length === 0}
        empty={
          <Empty title={t('find.none')}>
            <p>{t('find.noneHint')}</p>
          </Empty>
        }
      >
        {(hits) => (
          <>
            <ul className={styles.hits} aria-label={t(`find.kind.${what}`)}>
              {hits.map((hit) => (
                <HitCard key={hit.id} hit={hit} what={what} />
              ))}
            </ul>
            {care.hasNextPage ? (
              <Button wide busy={care.isFetchingNextPage} onClick={() => void care.fetchNextPage()}>
                {t('more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
      <ButtonLink to="/online" wide>
        {t('find.public')}
      </ButtonLink>
    </Page>
  );
}

export function useSpecialties() {
  const { t } = useTranslation('codes');
  return (codes: string[]) => codes.map((code) => t(`specialty.${code.replaceAll('.', '_') as '03'}`, { defaultValue: code }));
}

function HitCard({ hit, what }: { hit: Hit; what: What }) {
  const { t } = useTranslation(['resident', 'codes']);
  const names = useSpecialties();
  const where = what === 'hospital' ? hit.address : hit.institution;
  return (
    <li className={`card ${styles.hit}`}>
      <div className={styles.hitHead}>
        <h2>{hit.name}</h2>
        {hit.title ? <span>{hit.title}</span> : null}
        {hit.level ? <Tag>{t(`codes:institutionLevel.${hit.level as '3A'}`)}</Tag> : null}
        {hit.online ? <Tag tone="good">{t('find.isOnline')}</Tag> : null}
      </div>
      {hit.specialties.length > 0 ? <p>{names(hit.specialties).join(t('comma'))}</p> : null}
      {where ? <p className="muted">{where}</p> : null}
      {hit.km === undefined ? null : <p className="muted">{t('find.km', { km: hit.km })}</p>}
    </li>
  );
}
