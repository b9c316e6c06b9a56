import type { Attachment, CompositionSection } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { narrativeLines } from '../../shared/fhir/narrative';
import { conceptText } from '../../shared/fhir/words';
import { isHtml, isPicture, isText, typeOf, useBlob, useObjectUrl, useText } from '../../shared/record/attachments';
import { Failed, Loading, Nothing } from '../ui/ui';
import ui from '../ui/Ui.module.css';
import styles from './Reports.module.css';

/** A document's file, shown where the browser can show it without running anything of it, else to be saved. */
export function AttachmentBody({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation('reports');
  const { data, error, refetch } = useBlob(attachment);
  const type = typeOf(attachment);
  const address = useObjectUrl(data, type);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (attachment.data === undefined && attachment.url === undefined) return <Nothing>{t('noContent')}</Nothing>;
  if (!data || !address) return <Loading cards={2} />;
  const title = attachment.title ?? t('attachment');
  if (isHtml(type)) return <HtmlText blob={data} title={title} />;
  if (isText(type)) return <PlainText blob={data} />;
  if (isPicture(type)) return <img src={address} alt={title} className={styles.picture} />;
  return (
    <a className={ui.button} href={address} download={title}>
      {t('saveFile', { title })}
    </a>
  );
}

const PlainText = ({ blob }: { blob: Blob }) => <pre className={`card ${styles.text}`}>{useText(blob).trim()}</pre>;

const HtmlText = ({ blob, title }: { blob: Blob; title: string }) => <iframe sandbox="" srcDoc={useText(blob)} title={title} className={styles.frame} />;

/** Sections of a FHIR document, one below the other. */
export function Sections({ sections }: { sections: readonly CompositionSection[] }) {
  return sections.map((section, index) => (
    <section key={index}>
      <h2>{section.title ?? conceptText(section.code)}</h2>
      {section.text ? <p className={styles.text}>{narrativeLines(section.text.div).join('\n')}</p> : null}
      {section.section ? <Sections sections={section.section} /> : null}
    </section>
  ));
}
