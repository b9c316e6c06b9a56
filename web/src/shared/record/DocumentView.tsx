import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { Attachment, Composition, CompositionSection } from 'fhir/r4';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { bytes } from '../fhir/client';
import { conceptText } from '../fhir/words';
import { formatBytes } from '../format/numbers';
import type { Openable } from './lines';
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

function useBlob(attachment: Attachment) {
  return useQuery({
    queryKey: ['attachment', attachment.url ?? attachment.data?.slice(0, 200), attachment.hash, attachment.size],
    queryFn: async ({ signal }) => {
      if (attachment.data !== undefined) return new Blob([Uint8Array.from(atob(attachment.data), (character) => character.charCodeAt(0))]);
      return bytes(attachment.url ?? '', signal);
    },
    enabled: attachment.data !== undefined || attachment.url !== undefined,
    gcTime: 0,
  });
}

function AttachmentView({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation('record');
  const { data, error, refetch } = useBlob(attachment);
  const type = (attachment.contentType ?? '').split(';')[0]?.trim() ?? '';
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
  if (type === 'text/html' || type === 'application/xhtml+xml') return <HtmlText blob={blob} title={title} />;
  if (type.startsWith('text/') || type.endsWith('xml') || type.endsWith('json')) return <PlainText blob={blob} />;
  if (!address) return null;
  if (/^image\/(png|jpeg|gif|webp|bmp)$/.test(type)) return <img src={address} alt={title} className={styles.image} />;
  return (
    <>
      {type === 'application/pdf' ? <iframe src={address} title={title} className={styles.frame} /> : null}
      <Button href={address} download={title} className={styles.save}>
        {t('documents.save')}
      </Button>
    </>
  );
}

function useObjectUrl(blob: Blob, type: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob.slice(0, blob.size, type));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob, type]);
  return address;
}

function useText(blob: Blob): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let wanted = true;
    void blob.text().then((read) => wanted && setText(read));
    return () => {
      wanted = false;
    };
  }, [blob]);
  return text;
}

const PlainText = ({ blob }: { blob: Blob }) => <pre className={styles.text}>{useText(blob).trim()}</pre>;

const HtmlText = ({ blob, title }: { blob: Blob; title: string }) => <iframe sandbox="" srcDoc={useText(blob)} title={title} className={styles.frame} />;

function CompositionView({ composition }: { composition: Composition }) {
  const { t } = useTranslation('record');
  const sections = composition.section ?? [];
  if (sections.length === 0 && !composition.text) return <NothingHere title={t('documents.noContent')} />;
  return (
    <article className={styles.attachment}>
      {composition.text && sections.length === 0 ? <Narrative div={composition.text.div} title={composition.title} /> : null}
      {sections.map((section, index) => (
        <Section key={index} section={section} />
      ))}
    </article>
  );
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

/** Blocks whose end ends a line. */
const BLOCKS = 'p,div,br,li,tr,h1,h2,h3,h4,h5,h6';

/** A narrative as text, line by line: its words are what counts, its mark-up is not ours to run. */
function Narrative({ div, title }: { div: string; title: string }) {
  const parsed = new DOMParser().parseFromString(div, 'text/html');
  for (const block of parsed.querySelectorAll(BLOCKS)) block.append('\n');
  for (const cell of parsed.querySelectorAll('td,th')) cell.append('　');
  const lines = (parsed.body.textContent ?? '').split('\n').map((line) => line.trim());
  return (
    <div aria-label={title} role="group" className={styles.text}>
      {lines.filter(Boolean).join('\n')}
    </div>
  );
}
