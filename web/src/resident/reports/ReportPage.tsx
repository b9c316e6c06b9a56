import { useMutation } from '@tanstack/react-query';
import type { DiagnosticReport } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { file } from '../../shared/fhir/client';
import { conceptText, idOf, referenceText } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { save } from '../../shared/save';
import { Measured } from '../record/Measured';
import { useOpened } from '../requests/notices';
import { useReport, useSigned } from '../requests/reports';
import { useParams } from '../router';
import { Icon } from '../ui/Icon';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Facts, Failed, Faces, Notice, Row, Rows, Section } from '../ui/ui';
import { Course } from './Course';
import { AttachmentBody } from './DocumentBody';
import { Signed } from './Signed';
import styles from './Reports.module.css';
import './texts';

/** One report: the sentence that a person needs, the values with their range and course, then the document. */
export function ReportPage() {
  const { t } = useTranslation(['reports', 'resident']);
  const language = useLanguage();
  const { id = '' } = useParams();
  const query = useReport(id);
  const signed = useSigned(query.data?.report);
  useOpened(idOf(query.data?.report.subject?.reference), `DiagnosticReport/${id}`);
  const since = (query.data?.report.issued ?? query.data?.report.effectiveDateTime ?? '').slice(0, 10);
  const print = useMutation({ mutationFn: async () => save(await file(`DiagnosticReport/${encodeURIComponent(id)}/$print`), 'report.pdf') });
  return (
    <Page title={(query.data && conceptText(query.data.report.code)) ?? t('untitled')} back="/reports">
      <Faces query={query}>
        {({ report, results, off, rows }) => (
          <>
            {results.length > 0 ? (
              <Notice tone={off > 0 ? 'warning' : 'good'} title={off > 0 ? t('offLong', { count: off }) : t('allGood')}>
                {report.conclusion ? <p>{report.conclusion}</p> : null}
                {off > 0 ? <p className="muted small">{t('plain')}</p> : null}
              </Notice>
            ) : report.conclusion ? (
              <Notice title={t('conclusion')}>
                <p className={styles.text}>{report.conclusion}</p>
              </Notice>
            ) : null}
            {results.length > 0 ? (
              <Rows label={t('values')}>
                {results.map((result, index) => (
                  <Row
                    key={`${result.key} ${index}`}
                    title={<Measured result={result} />}
                    note={
                      <span className={styles.result}>
                        <span>{result.range ? t('range', { range: result.range }) : t('noRange')}</span>
                        <Course row={rows.get(result.key)} />
                      </span>
                    }
                  />
                ))}
              </Rows>
            ) : null}
            <Section title={t('document')}>
              <div className="card">
                <Facts
                  facts={[
                    { name: t('by'), value: referenceText(report.performer?.[0]) ?? t('resident:unknown') },
                    { name: t('when'), value: formatMoment(report.effectiveDateTime ?? report.issued, language) },
                    { name: t('issued'), value: formatMoment(report.issued, language) || t('resident:unknown') },
                    { name: t('signature'), value: <Signed query={signed} /> },
                  ]}
                />
              </div>
              {report.presentedForm?.map((attachment, index) => (
                <AttachmentBody key={index} attachment={attachment} />
              ))}
              {print.error ? <Failed error={print.error} /> : null}
              <Actions>
                <Button kind="primary" busy={print.isPending} onClick={() => print.mutate()}>
                  {t('savePdf')}
                </Button>
                <ButtonLink to={`/corrections/new?about=DiagnosticReport/${id}`}>{t('wrong')}</ButtonLink>
              </Actions>
            </Section>
            <Rows label={t('more.title')}>
              <Row to={`/consents/new/who?${new URLSearchParams({ doctor: doctorOf(report), days: '30' }).toString()}`} icon={<Icon name="key" />} title={t('more.doctor')} note={t('more.doctorNote')} />
              <Row to={`/seen?${new URLSearchParams({ about: `DiagnosticReport/${id}`, since }).toString()}`} icon={<Icon name="eye" />} title={t('more.seen')} note={t('more.seenNote')} />
            </Rows>
          </>
        )}
      </Faces>
    </Page>
  );
}

/** The doctor whose name stands in it: whom one most likely asks about it. */
const doctorOf = ({ resultsInterpreter, performer }: DiagnosticReport): string =>
  [...(resultsInterpreter ?? []), ...(performer ?? [])].find(({ reference }) => reference?.startsWith('Practitioner/'))?.display ?? '';
