import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { conceptText, referenceText } from '../fhir/words';
import { formatMoment } from '../format/dates';
import { useCodeName, useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import { isPlain, openableOf, useDocumentTitle } from './lines';
import { useReader } from './Reader';
import styles from './Record.module.css';
import { useDocuments } from './useRecord';

/** Shared documents, newest first; each opens beside the list. */
export function Documents({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const language = useLanguage();
  const codeName = useCodeName();
  const titleOf = useDocumentTitle();
  const open = useReader();
  const { documents, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useDocuments(patient);
  return (
    <section className="card" aria-label={t('record.documents')}>
      {!documents && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!documents && !error ? <LoadingLines rows={10} /> : null}
      {documents?.length === 0 && !hasNextPage ? <NothingHere title={t('documents.empty')}>{t('documents.emptyHint')}</NothingHere> : null}
      <ul className={styles.documents}>
        {documents?.map((document) => {
          const title = titleOf(document);
          const about = [
            conceptText(document.type) === title ? undefined : conceptText(document.type),
            referenceText(document.author?.[0]),
            referenceText(document.custodian),
          ].filter(Boolean);
          return (
            <li key={`${document.resourceType}/${document.id}`}>
              <span className="muted">{formatMoment(document.date, language)}</span>
              <span>
                <Button type="link" className={styles.documentTitle} onClick={() => open(openableOf(document, title))}>
                  {title}
                </Button>
                <span className={styles.second}>{about.join(' · ')}</span>
              </span>
              {isPlain(document) ? null : <StatusTag>{codeName('documentStatus', document.status)}</StatusTag>}
            </li>
          );
        })}
      </ul>
      {isFetchNextPageError ? <LoadFailed error={error} onRetry={() => void fetchNextPage()} /> : null}
      {hasNextPage ? (
        <Button className={styles.foot} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('documents.more')}
        </Button>
      ) : null}
    </section>
  );
}
