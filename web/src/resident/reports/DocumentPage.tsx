import { useTranslation } from 'react-i18next';
import { idOf, referenceText } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { isAddendum } from '../../shared/record/useAddenda';
import { useOpened } from '../requests/notices';
import { documentName, useDocument, useSigned } from '../requests/reports';
import { useParams } from '../router';
import { Addenda } from '../ui/Addenda';
import { Page } from '../ui/Page';
import { Actions, ButtonLink, Facts, Faces } from '../ui/ui';
import { AttachmentBody, Sections } from './DocumentBody';
import { Signed } from './Signed';
import styles from './Reports.module.css';
import './texts';

/** One document, and who stands for it. */
export function DocumentPage() {
  const { t } = useTranslation(['reports', 'resident', 'common']);
  const language = useLanguage();
  const { type = '', id = '' } = useParams();
  const query = useDocument(type, id);
  const signed = useSigned(query.data);
  useOpened(idOf(query.data?.subject?.reference), `${type}/${id}`);
  return (
    <Page title={(query.data && documentName(query.data)) ?? t('untitled')} back="/documents">
      <Faces query={query}>
        {(document) => (
          <>
            <div className="card">
              <Facts
                facts={[
                  { name: t('by'), value: [referenceText(document.custodian), referenceText(document.author?.[0])].filter(Boolean).join(t('resident:dot')) || t('resident:unknown') },
                  { name: t('when'), value: formatMoment(document.date, language) },
                  { name: t('signature'), value: <Signed query={signed} /> },
                ]}
              />
            </div>
            {document.resourceType === 'Composition' ? (
              <>
                {isAddendum(document) ? <p className="muted">{t('common:addendum.of')}</p> : null}
                <article className={`card ${styles.document}`}>
                  <Sections sections={document.section ?? []} />
                </article>
                <Addenda of={`Composition/${id}`} patient={idOf(document.subject?.reference)} />
              </>
            ) : (
              document.content.map(({ attachment }, index) => <AttachmentBody key={index} attachment={attachment} />)
            )}
            <Actions>
              <ButtonLink to={`/corrections/new?about=${document.resourceType}/${id}`}>{t('wrong')}</ButtonLink>
            </Actions>
          </>
        )}
      </Faces>
    </Page>
  );
}
