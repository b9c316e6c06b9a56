import { Button, Input } from 'antd';
import type { Composition } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { narrativeLines } from '../../shared/fhir/narrative';
import { idOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useAddenda } from '../../shared/record/useAddenda';
import { useSignature } from '../../shared/record/useSignature';
import { StatusTag } from '../../shared/StatusTag';
import type { Visit } from '../../shared/visit/visits';
import { useAppend, useDocument } from './useDesk';
import styles from './Desk.module.css';

/** What came of a visit: the note, and what is to be added to it. The note itself is never changed. */
export function Ended({ visit }: { visit: Visit }) {
  const { t } = useTranslation('visit');
  const note = useDocument(visit.note);
  const addenda = useAddenda(visit.note, idOf(visit.patient?.reference));
  const last = addenda.data?.at(-1);
  const signature = useSignature(last);
  // Held here, so that a refusal is still told when the form is drawn anew with what was written.
  const append = useAppend(visit.id);
  if (visit.note === undefined) return <NothingHere title={t('desk.noNote')} />;
  if (note.error) return <LoadFailed error={note.error} onRetry={() => void note.refetch()} />;
  if (addenda.error) return <LoadFailed error={addenda.error} onRetry={() => void addenda.refetch()} />;
  if (!note.data || !addenda.data || (last && !signature.data && !signature.error)) return <LoadingLines rows={8} />;
  // What was written and not signed is still being written.
  const unsigned = signature.data && !signature.data.signed ? last : undefined;
  return (
    <div className={styles.note}>
      <h2>{t('note')}</h2>
      <Document document={note.data} />
      {addenda.data
        .filter((addendum) => addendum !== unsigned)
        .map((addendum) => (
          <Document key={addendum.id} document={addendum} />
        ))}
      <Append append={append} unsigned={unsigned} />
    </div>
  );
}

const wordsOf = (document: Composition): string => (document.section ?? []).flatMap(({ text }) => (text ? narrativeLines(text.div) : [])).join('\n');

function Document({ document }: { document: Composition }) {
  const { t } = useTranslation('common');
  const language = useLanguage();
  const { data } = useSignature(document);
  return (
    <article className={`card ${styles.paper}`}>
      <p className="muted small">
        {formatMoment(document.date, language)} {data && !(data.signed && data.valid) ? <StatusTag tone={data.signed ? 'bad' : 'warning'}>{t(data.signed ? 'addendum.broken' : 'addendum.unsigned')}</StatusTag> : null}
      </p>
      {document.section?.map((section, index) => (
        <section key={index}>
          <h3>{section.title}</h3>
          <p>{section.text ? narrativeLines(section.text.div).join('\n') : ''}</p>
        </section>
      ))}
    </article>
  );
}

function Append({ append, unsigned }: { append: ReturnType<typeof useAppend>; unsigned: Composition | undefined }) {
  const { t } = useTranslation('visit');
  const [text, setText] = useState(unsigned ? wordsOf(unsigned) : '');
  const [wanted, setWanted] = useState(false);
  const send = () => {
    const words = text.trim();
    setWanted(words.length < 2);
    if (words.length >= 2) append.mutate(words, { onSuccess: () => setText('') });
  };
  return (
    <form
      className={styles.append}
      aria-label={t('desk.append')}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
      }}
    >
      <label>
        {t('desk.append')}
        <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} value={text} maxLength={4_000} aria-describedby="append-hint append-problem" aria-invalid={wanted} onChange={(event) => setText(event.target.value)} />
      </label>
      <p id="append-hint" className="muted small">
        {unsigned ? <StatusTag tone="warning">{t('desk.appendUnsigned')}</StatusTag> : null} {t('desk.appendHint')}
      </p>
      <p id="append-problem" role="alert" className={styles.problem}>
        {wanted ? t('desk.appendWanted') : ''}
      </p>
      {append.error ? <LoadFailed error={append.error} compact /> : null}
      <div>
        <Button type="primary" htmlType="submit" loading={append.isPending}>
          {t('desk.signAppend')}
        </Button>
      </div>
    </form>
  );
}
