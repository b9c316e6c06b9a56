import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { idOf, nameOf } from '../../shared/fhir/words';
import { formatAgo } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { Items } from '../keys/Items';
import lists from '../Lists.module.css';
import { useUnsigned } from './useNotes';

/** 待签病历: what I began to write and have not signed. */
export function UnsignedPage() {
  const { t } = useTranslation(['workbench', 'record']);
  const language = useLanguage();
  const { data, error, refetch, dataUpdatedAt } = useUnsigned();
  return (
    <div className={lists.page}>
      <PageTitle page={t('lists.notes')} />
      <h1>{t('lists.notes')}</h1>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? <NothingHere title={t('notes.none')}>{t('notes.noneHint')}</NothingHere> : null}
      {data && data.length > 0 ? (
        <Items
          label={t('lists.notes')}
          items={data.map(({ note, patient }) => ({
            key: note.id ?? '',
            to: `/persons/${idOf(note.subject?.reference) ?? ''}/notes/${note.id ?? ''}`,
            title: (
              <>
                <strong>{(patient && nameOf(patient)) ?? t('record:record.unnamed')}</strong>
                <span className="muted">{note.title}</span>
              </>
            ),
            note: note.section?.[0]?.title,
            aside: formatAgo(note.date, dataUpdatedAt, language),
          }))}
        />
      ) : null}
    </div>
  );
}
