import { Button } from 'antd';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { dayOf } from '../../shared/format/dates';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { Handle } from './Handle';
import styles from './Registry.module.css';
import { useLicences, usePlaces, type LicenceFilter, type LicenceState, type SiteState } from './useRegistry';

const LICENCE_TONES: Record<LicenceState, Tone> = { filed: 'alert', returned: 'warning', verified: 'running', active: 'good', suspended: 'bad', expired: 'plain' };
const SITE_TONES: Record<SiteState, Tone> = { unfiled: 'plain', pending: 'alert', approved: 'good', ended: 'plain' };

export function LicenceTag({ state }: { state: LicenceState }) {
  const { t } = useTranslation('codes');
  return <StatusTag tone={LICENCE_TONES[state]}>{t(`licenceState.${state}`)}</StatusTag>;
}

/** The last day, from the first instant after it. */
const lastDay = (ends: string | undefined) => (ends === undefined ? undefined : dayOf(new Date(Date.parse(ends) - 1).toISOString()));

type List = { data: unknown[] | undefined; error: unknown; refetch: () => unknown; hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

/** Failed, loading, empty; a button for more below what there is. */
function Framed({ list, compact = false, children }: { list: List; compact?: boolean; children: React.ReactNode }) {
  const { t } = useTranslation('console');
  if (list.data === undefined) return list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} /> : <LoadingLines rows={compact ? 3 : 8} />;
  if (list.data.length === 0) return compact ? <p className="muted">{t('registry.none')}</p> : <NothingHere title={t('registry.none')}>{t('registry.noneHint')}</NothingHere>;
  return (
    <>
      {list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} compact /> : null}
      {children}
      {list.hasNextPage ? (
        <div>
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('registry.more')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

export function LicenceTable({ filter, compact = false }: { filter: LicenceFilter; compact?: boolean }) {
  const { t } = useTranslation(['console', 'codes']);
  const list = useLicences(filter);
  const [open, setOpen] = useState<string>();
  return (
    <Framed list={list} compact={compact}>
      <table className={`data ${styles.table}`}>
        <thead>
          <tr>
            <th scope="col">{t('registry.holder')}</th>
            <th scope="col">{t('registry.kind')}</th>
            <th scope="col">{t('registry.state')}</th>
            <th scope="col">{t('registry.ends')}</th>
            <th scope="col">{t('registry.check')}</th>
            {compact ? null : <th scope="col">{t('registry.institution')}</th>}
            <th scope="col">
              <span className="visually-hidden">{t('registry.handle')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.data?.map((one) => (
            <Fragment key={one.key}>
              <tr className={styles.row}>
                <th scope="row">{one.name}</th>
                <td>
                  {t(`codes:licenceKind.${one.kind as 'nurse'}`, { defaultValue: one.kind })}
                  <br />
                  <span className="muted small">{one.number}</span>
                </td>
                <td>
                  <LicenceTag state={one.state} />
                </td>
                <td>{lastDay(one.ends) ?? t('registry.noEnd')}</td>
                <td>{one.due ?? ''}</td>
                {compact ? null : <td>{one.institution}</td>}
                <td>
                  <Button aria-expanded={open === one.key} onClick={() => setOpen(open === one.key ? undefined : one.key)}>
                    {t(open === one.key ? 'registry.close' : 'registry.handle')}
                  </Button>
                </td>
              </tr>
              {open === one.key ? (
                <tr className={styles.open}>
                  <td colSpan={compact ? 6 : 7}>
                    <Handle of={one.holder} number={one.number} may={one.may} />
                  </td>
                </tr>
              ) : null}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Framed>
  );
}

export function PlaceTable({ filter, compact = false }: { filter: { state?: string | undefined; institution?: string | undefined }; compact?: boolean }) {
  const { t } = useTranslation(['console', 'codes']);
  const list = usePlaces(filter);
  const [open, setOpen] = useState<string>();
  return (
    <Framed list={list} compact={compact}>
      <table className={`data ${styles.table}`}>
        <thead>
          <tr>
            <th scope="col">{t('registry.holder')}</th>
            <th scope="col">{t('registry.department')}</th>
            <th scope="col">{t('registry.site')}</th>
            <th scope="col">{t('registry.licence')}</th>
            <th scope="col">{t('registry.rights')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('registry.handle')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.data?.map((one) => (
            <Fragment key={one.id}>
              <tr className={styles.row}>
                <th scope="row">
                  {one.name}
                  <br />
                  <span className="muted small">{one.title}</span>
                </th>
                <td>{one.department}</td>
                <td>
                  <span className={styles.tags}>
                    <StatusTag tone={SITE_TONES[one.state]}>{t(`codes:siteState.${one.state}`)}</StatusTag>
                    {one.site ? <StatusTag>{t(`codes:siteKind.${one.site as 'main'}`)}</StatusTag> : null}
                    {one.online ? <StatusTag tone="running">{t('registry.online')}</StatusTag> : null}
                  </span>
                </td>
                <td>{one.licence ? <LicenceTag state={one.licence as LicenceState} /> : null}</td>
                <td className="small">{one.rights.length === 0 ? t('registry.noRights') : one.rights.map((right) => t(`codes:prescribingRight.${right as 'ordinary'}`)).join(' · ')}</td>
                <td>
                  <Button aria-expanded={open === one.id} onClick={() => setOpen(open === one.id ? undefined : one.id)}>
                    {t(open === one.id ? 'registry.close' : 'registry.handle')}
                  </Button>
                </td>
              </tr>
              {open === one.id ? (
                <tr className={styles.open}>
                  <td colSpan={6}>
                    <Handle of={`PractitionerRole/${one.id}`} may={one.may} />
                  </td>
                </tr>
              ) : null}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Framed>
  );
}
