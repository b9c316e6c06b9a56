import type { Bundle, Composition } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { today } from '../../shared/format/dates';
import { save } from '../../shared/save';
import { usePerson } from '../requests/person';
import { useSummary } from '../requests/reports';
import { Page } from '../ui/Page';
import { Actions, Button, Faces } from '../ui/ui';
import { Sections } from './DocumentBody';
import styles from './Reports.module.css';
import './texts';

const compositionOf = (bundle: Bundle): Composition | undefined => bundle.entry?.map(({ resource }) => resource).find((resource): resource is Composition => resource?.resourceType === 'Composition');

/** 健康摘要: what another doctor needs to know, to take along on paper or as a file. */
export function SummaryPage() {
  const { t } = useTranslation('reports');
  const person = usePerson();
  const summary = useSummary(person.id);
  return (
    <Page title={t('summary')} back="/visits">
      <p className={`muted ${styles.screen}`}>{t('summaryLead')}</p>
      <Faces query={summary}>
        {(bundle) => (
          <>
            <div className={styles.screen}>
              <Actions>
                <Button kind="primary" onClick={() => print()}>
                  {t('printPdf')}
                </Button>
                <Button onClick={() => save(new Blob([JSON.stringify(bundle, null, 2)], { type: 'application/fhir+json' }), `summary-${today()}.json`)}>{t('saveIps')}</Button>
              </Actions>
              <p className="muted small">{t('ipsHint')}</p>
            </div>
            <article className={`card ${styles.paper}`}>
              <p>
                <b>{person.name}</b> <span className="muted">{[person.patient.birthDate, today()].filter(Boolean).join(' · ')}</span>
              </p>
              <Sections sections={compositionOf(bundle)?.section ?? []} />
            </article>
          </>
        )}
      </Faces>
    </Page>
  );
}
