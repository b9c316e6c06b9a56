import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useCare } from '../requests/care';
import { useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Button, Empty, Faces, Row, Rows, SearchField, Tag } from '../ui/ui';

/** 预约挂号, first question: which hospital. */
export function HospitalsPage() {
  const { t } = useTranslation(['resident', 'codes']);
  const [query, setQuery] = useSearchParams();
  const [text, setText] = useState(query.get('q') ?? '');
  const hospitals = useCare({ what: 'hospital', q: query.get('q') ?? '' });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setQuery(
      (now) => {
        now.set('q', text.trim());
        return now;
      },
      { replace: true },
    );
  };
  return (
    <Page title={t('book.hospital')} back="/">
      <form role="search" onSubmit={submit} autoComplete="off">
        <SearchField label={t('book.search')} value={text} placeholder={t('find.placeholder')} submit={t('find.submit')} onChange={setText} />
      </form>
      <Faces query={hospitals} isEmpty={(hits) => hits.length === 0} empty={<Empty title={t('find.none')}>{t('find.noneHint')}</Empty>}>
        {(hits) => (
          <>
            <Rows label={t('book.hospital')}>
              {hits.map((hit) => (
                <Row
                  key={hit.id}
                  to={`/book/hospital/${hit.id.slice('Organization/'.length)}?name=${encodeURIComponent(hit.name)}`}
                  title={hit.name}
                  tags={hit.level ? <Tag>{t(`codes:institutionLevel.${hit.level as '3A'}`)}</Tag> : null}
                  note={hit.address}
                />
              ))}
            </Rows>
            {hospitals.hasNextPage ? (
              <Button wide busy={hospitals.isFetchingNextPage} onClick={() => void hospitals.fetchNextPage()}>
                {t('more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
    </Page>
  );
}
