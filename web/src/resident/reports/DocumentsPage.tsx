import { useTranslation } from 'react-i18next';
import { referenceText } from '../../shared/fhir/words';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useDocuments } from '../../shared/record/useRecord';
import { usePerson } from '../requests/person';
import { documentName } from '../requests/reports';
import { Page } from '../ui/Page';
import { Button, Empty, Faces, Row, Rows } from '../ui/ui';
import './texts';

/** 文书: notes, discharge letters and whatever else institutions shared, the latest first. */
export function DocumentsPage() {
  const { t } = useTranslation(['reports', 'resident']);
  const language = useLanguage();
  const query = useDocuments(usePerson().id);
  return (
    <Page title={t('documents')} back="/visits">
      <Faces query={{ data: query.documents, error: query.error, refetch: query.refetch }} isEmpty={(list) => list.length === 0 && !query.hasNextPage} empty={<Empty title={t('noDocuments')}>{t('noDocumentsHint')}</Empty>}>
        {(list) => (
          <>
            <Rows label={t('documents')}>
              {list
                // What its doctor has not finished is nobody's to read yet.
                .filter((document) => document.status !== 'preliminary')
                .map((document) => (
                  <Row
                    key={`${document.resourceType}/${document.id ?? ''}`}
                    to={`/documents/${document.resourceType}/${document.id ?? ''}`}
                    title={documentName(document) ?? t('untitled')}
                    note={[formatDay(document.date, language), referenceText(document.custodian) ?? referenceText(document.author?.[0])].filter(Boolean).join(t('resident:dot'))}
                  />
                ))}
            </Rows>
            {query.hasNextPage ? (
              <Button wide busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('resident:more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
    </Page>
  );
}
