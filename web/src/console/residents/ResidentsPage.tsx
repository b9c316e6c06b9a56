import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { PageTitle } from '../../shared/PageTitle';
import { isEmpty, NOTHING, type Criteria } from './criteria';
import { ResidentTable } from './ResidentTable';
import styles from './Residents.module.css';
import { SearchForm } from './SearchForm';
import { useResidents } from './useResidents';

/**
 * Finds a resident. What was searched for is kept with the history entry, not in the address: it survives reload and Back,
 * but no name or identity number is left in a list of visited pages or a copied link.
 */
export function ResidentsPage() {
  const { t } = useTranslation('console');
  const navigate = useNavigate();
  const state: unknown = useLocation().state;
  const criteria = isCriteria(state) ? state : NOTHING;
  const { data, error, refetch, isPlaceholderData, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useResidents(criteria);

  return (
    <div className={styles.page}>
      <PageTitle page={t('residents.title')} />
      <h1>{t('residents.title')}</h1>
      <SearchForm key={JSON.stringify(criteria)} criteria={criteria} busy={isPlaceholderData} onSearch={(next) => void navigate('.', { state: next })} />
      <section className="card" aria-labelledby="found" aria-busy={isPlaceholderData}>
        <h2 id="found">{t(isEmpty(criteria) ? 'residents.recent' : 'residents.found')}</h2>
        <p className="visually-hidden" role="status">
          {data && !isPlaceholderData ? t('residents.shown', { count: data.length }) : ''}
        </p>
        {error && !isFetchNextPageError ? (
          <div className={styles.face}>
            <LoadFailed error={error} onRetry={() => void refetch()} />
          </div>
        ) : null}
        {!data && !error ? (
          <div className={styles.face}>
            <LoadingLines rows={10} />
          </div>
        ) : null}
        {data?.length === 0 && !error ? (
          <NothingHere title={t(isEmpty(criteria) ? 'residents.none' : 'residents.noMatch')}>{t(isEmpty(criteria) ? 'residents.noneHint' : 'residents.noMatchHint')}</NothingHere>
        ) : null}
        {data && data.length > 0 ? (
          <>
            <ResidentTable residents={data} />
            {isFetchNextPageError ? <LoadFailed error={error} onRetry={() => void fetchNextPage()} /> : null}
            <footer className={styles.foot}>
              <span className="muted small">{t('residents.shown', { count: data.length })}</span>
              {hasNextPage ? (
                <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  {t('residents.more')}
                </Button>
              ) : null}
            </footer>
          </>
        ) : null}
      </section>
    </div>
  );
}

function isCriteria(state: unknown): state is Criteria {
  return typeof state === 'object' && state !== null && Object.keys(NOTHING).every((key) => typeof (state as Record<string, unknown>)[key] === 'string');
}
