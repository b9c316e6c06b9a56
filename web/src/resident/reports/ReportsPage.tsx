import { useTranslation } from 'react-i18next';
import { conceptText, referenceText } from '../../shared/fhir/words';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { useReports } from '../requests/reports';
import { Page } from '../ui/Page';
import { Button, Empty, Faces, Row, Rows, Tag } from '../ui/ui';
import './texts';

/** 报告: what laboratories and others issued, the latest first; what is off is said before one opens it. */
export function ReportsPage() {
  const { t } = useTranslation(['reports', 'resident']);
  const language = useLanguage();
  const reports = useReports(usePerson().id);
  return (
    <Page title={t('title')} back="/visits">
      <Faces query={reports} isEmpty={(list) => list.length === 0} empty={<Empty title={t('none')}>{t('noneHint')}</Empty>}>
        {(list) => (
          <>
            <Rows label={t('title')}>
              {list.map(({ report, results, off }) => (
                <Row
                  key={report.id}
                  to={`/reports/${report.id ?? ''}`}
                  title={conceptText(report.code) ?? t('untitled')}
                  tags={off > 0 ? <Tag tone="warning">{t('off', { count: off })}</Tag> : results.length > 0 ? <Tag tone="good">{t('good')}</Tag> : null}
                  note={[formatDay(report.effectiveDateTime ?? report.issued, language), referenceText(report.performer?.[0])].filter(Boolean).join(t('resident:dot'))}
                />
              ))}
            </Rows>
            {reports.hasNextPage ? (
              <Button wide busy={reports.isFetchingNextPage} onClick={() => void reports.fetchNextPage()}>
                {t('resident:more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
    </Page>
  );
}
