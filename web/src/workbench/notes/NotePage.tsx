import type { Composition } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { PageTitle } from '../../shared/PageTitle';
import { draftOf, emptyDraft } from './note';
import { NoteEditor } from './NoteEditor';
import { SignedNote } from './SignedNote';
import { TEMPLATE_NAMES, type TemplateName } from './templates';
import { useAuthor, useEncounter, useNote } from './useNotes';

const TEMPLATE = 'helan.note-template';

/** The kind of note that was written last on this device; the person it was about is not remembered. */
function lastTemplate(): TemplateName {
  const kept = localStorage.getItem(TEMPLATE);
  return TEMPLATE_NAMES.find((name) => name === kept) ?? 'first';
}

export function NewNotePage() {
  const { t } = useTranslation('workbench');
  return (
    <>
      <PageTitle page={t('notes.write')} />
      <Editing note={undefined} />
    </>
  );
}

/** One note: to go on with while it is preliminary, to read and print once it is final. */
export function NotePage() {
  const { note: id = '' } = useParams();
  const note = useNote(id);
  const { data } = note;
  return (
    <>
      {data ? <PageTitle page={data.title} /> : null}
      {note.error && !data ? <LoadFailed error={note.error} onRetry={() => void note.refetch()} /> : null}
      {!data && !note.error ? <LoadingLines rows={14} /> : null}
      {data?.status === 'preliminary' ? <Editing key={data.id} note={data} /> : null}
      {data && data.status !== 'preliminary' ? <SignedNote note={data} /> : null}
    </>
  );
}

function Editing({ note }: { note: Composition | undefined }) {
  const { id = '' } = useParams();
  const [address] = useSearchParams();
  const author = useAuthor();
  const written = note?.encounter?.reference?.split('/').pop() ?? null;
  const encounter = useEncounter(id, written ?? address.get('encounter'));
  if (encounter.error && encounter.data === undefined) return <LoadFailed error={encounter.error} onRetry={() => void encounter.refetch()} />;
  if (!author || encounter.data === undefined) return <LoadingLines rows={14} />;
  return (
    <NoteEditor
      patient={id}
      author={author}
      encounter={encounter.data ?? undefined}
      note={note}
      first={note ? draftOf(note) : emptyDraft(lastTemplate())}
      onTemplate={(name) => localStorage.setItem(TEMPLATE, name)}
    />
  );
}
