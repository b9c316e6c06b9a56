import { Button } from 'antd';
import type { Attachment, Composition, CompositionSection } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { narrativeLines } from '../fhir/narrative';
import { conceptText, idOf, referenceText } from '../fhir/words';
import { formatMoment } from '../format/dates';
import { formatBytes } from '../format/numbers';
import { useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import { isHtml, isPicture, isText, typeOf, useBlob, useObjectUrl, useText } from './attachments';
import type { Openable } from './lines';
import { isAddendum, useAddenda } from './useAddenda';
import { useSignature } from './useSignature';
import styles from './Record.module.css';

export function DocumentView({ document }: { document: Openable }) {
  const { t } = useTranslation('record');
  if (document.composition) return <CompositionView composition={document.composition} />;
  if (document.attachments.length === 0) return <NothingHere title={t('documents.noContent')} />;
  return (
    <>
      {document.attachments.map((attachment, index) => (
        <AttachmentView key={index} attachment={attachment} />
      ))}
    </>
  );
}

function AttachmentView({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation('record');
  const { data, error, refetch } = useBlob(attachment);
  const type = typeOf(attachment);
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  if (attachment.data === undefined && attachment.url === undefined) return <NothingHere title={t('documents.noContent')} />;
  if (!data) return <LoadingLines rows={12} />;
  return (
    <article className={styles.attachment}>
      <p className="muted small">{[attachment.title, type, formatBytes(data.size)].filter(Boolean).join(' · ')}</p>
      <Content blob={data} type={type} title={attachment.title ?? t('documents.attachment')} />
    </article>
  );
}

/**
 * Documents come from everywhere, so nothing of theirs runs here: HTML goes into a sandbox without scripts, what cannot
 * be shown can be saved.
 */
function Content({ blob, type, title }: { blob: Blob; type: string; title: string }) {
  const { t } = useTranslation('record');
  const address = useObjectUrl(blob, type);
  if (isHtml(type)) return <HtmlText blob={blob} title={title} />;
  if (isText(type)) return <PlainText blob={blob} />;
  if (!address) return null;
  if (isPicture(type)) return <img src={address} alt={title} className={styles.image} />;
  return (
    <>
      {type === 'application/pdf' ? <iframe src={address} title={title} className={styles.frame} /> : null}
      <Button href={address} download={title} className={styles.save}>
        {t('documents.save')}
      </Button>
    </>
  );
}

const PlainText = ({ blob }: { blob: Blob }) => <pre className={styles.text}>{useText(blob).trim()}</pre>;

const HtmlText = ({ blob, title }: { blob: Blob; title: string }) => <iframe sandbox="" srcDoc={useText(blob)} title={title} className={styles.frame} />;

function CompositionView({ composition }: { composition: Composition }) {
  const { t } = useTranslation(['record', 'common']);
  const sections = composition.section ?? [];
  if (sections.length === 0 && !composition.text) return <NothingHere title={t('record:documents.noContent')} />;
  return (
    <article className={styles.attachment}>
      {isAddendum(composition) ? <p className="muted">{t('common:addendum.of')}</p> : null}
      {composition.text && sections.length === 0 ? <Narrative div={composition.text.div} title={composition.title} /> : null}
      {sections.map((section, index) => (
        <Section key={index} section={section} />
      ))}
      <Addenda composition={composition} />
    </article>
  );
}

/** What was added to a document since, below it: nobody reads the one without the other. */
function Addenda({ composition }: { composition: Composition }) {
  const language = useLanguage();
  const { data, error, refetch } = useAddenda(`Composition/${composition.id ?? ''}`, idOf(composition.subject?.reference));
  if (error) return <LoadFailed error={error} compact onRetry={() => void refetch()} />;
  return data?.map((addendum) => (
    <section key={addendum.id}>
      <h3>
        {addendum.title} <span className="muted small">{[formatMoment(addendum.date, language), referenceText(addendum.author[0])].filter(Boolean).join(' · ')}</span>
      </h3>
      <UnsignedMark addendum={addendum} />
      {addendum.section?.map((section, index) => (section.text ? <Narrative key={index} div={section.text.div} title={addendum.title} /> : null))}
    </section>
  ));
}

/** Said only where nobody stands for it. */
function UnsignedMark({ addendum }: { addendum: Composition }) {
  const { t } = useTranslation('common');
  const { data } = useSignature(addendum);
  if (!data || (data.signed && data.valid)) return null;
  return <StatusTag tone={data.signed ? 'bad' : 'warning'}>{t(data.signed ? 'addendum.broken' : 'addendum.unsigned')}</StatusTag>;
}

function Section({ section }: { section: CompositionSection }) {
  const title = section.title ?? conceptText(section.code) ?? '';
  return (
    <section>
      <h3>{title}</h3>
      {section.text ? <Narrative div={section.text.div} title={title} /> : null}
      {section.section?.map((inner, index) => (
        <Section key={index} section={inner} />
      ))}
    </section>
  );
}

/** A narrative as its words. */
function Narrative({ div, title }: { div: string; title: string }) {
  return (
    <div aria-label={title} role="group" className={styles.text}>
      {narrativeLines(div).join('\n')}
    </div>
  );
}
