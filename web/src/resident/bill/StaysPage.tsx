import { useTranslation } from 'react-i18next';
import { referenceText } from '../../shared/fhir/words';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useStays } from '../requests/bills';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Button, Empty, Faces, Row, Rows, Tag } from '../ui/ui';
import '../resultsTexts';

/** 住院清单: stays in hospital, the latest first. */
export function StaysPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const stays = useStays(usePerson().id);
  return (
    <Page title={t('bill.stays')} back="/visits">
      <Faces query={stays} isEmpty={(list) => list.length === 0} empty={<Empty title={t('bill.noStays')}>{t('bill.noStaysHint')}</Empty>}>
        {(list) => (
          <>
            <Rows label={t('bill.stays')}>
              {list.map(({ id, period, serviceProvider, reasonCode, status }) => (
                <Row
                  key={id}
                  to={`/stays/${id ?? ''}`}
                  title={referenceText(serviceProvider) ?? t('unknown')}
                  tags={status === 'in-progress' ? <Tag tone="running">{t('bill.inside')}</Tag> : null}
                  note={[[formatDay(period?.start, language), period?.end ? formatDay(period.end, language) : t('bill.now')].join(' – '), reasonCode?.[0]?.text].filter(Boolean).join(t('dot'))}
                />
              ))}
            </Rows>
            {stays.hasNextPage ? (
              <Button wide busy={stays.isFetchingNextPage} onClick={() => void stays.fetchNextPage()}>
                {t('more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
    </Page>
  );
}
