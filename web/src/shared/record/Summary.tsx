import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../faces/Faces';
import { conceptText, referenceText } from '../fhir/words';
import { urgency } from '../fhir/observations';
import { dayOf, formatDay } from '../format/dates';
import { useCodeName, useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import { Value } from './Value';
import styles from './Record.module.css';
import { isAbnormal, sheetOf } from './flowSheet';
import { useDosageText } from './lines';
import { medicineName, useAllergies, useLastEncounters, useMedicines, useProblems, useResults } from './useRecord';

/** What one reads before seeing someone: problems, medicines, allergies, what was off lately, the last visits. */
export function Summary({ patient, onGo }: { patient: string; onGo: (view: string) => void }) {
  return (
    <div className={styles.summaryFrame}>
      <div className={styles.summary}>
        <div>
          <Problems patient={patient} />
        </div>
        <div>
          <Medicines patient={patient} />
          <RecentVisits patient={patient} onGo={onGo} />
        </div>
        <div>
          <AllergyList patient={patient} />
          <RecentResults patient={patient} onGo={onGo} />
        </div>
      </div>
    </div>
  );
}

type Faced<T> = { data: T | undefined; error: unknown; refetch: () => unknown };

type CardProps<T> = { id: string; title: string; query: Faced<T>; none: string; isEmpty: (data: T) => boolean; children: (data: T) => ReactNode; foot?: ReactNode };

function Card<T>({ id, title, query, none, isEmpty, children, foot }: CardProps<T>) {
  const { data, error, refetch } = query;
  return (
    <section className={`card ${styles.summaryCard}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {data === undefined && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && !error ? <LoadingLines rows={4} /> : null}
      {data !== undefined && isEmpty(data) ? <p className="muted">{none}</p> : null}
      {data !== undefined && !isEmpty(data) ? children(data) : null}
      {foot}
    </section>
  );
}

/** Rows that are shown before someone asks for all. */
const FIRST = 12;

function Shortened({ rows }: { rows: ReactNode[] }) {
  const { t } = useTranslation('record');
  const [whole, setWhole] = useState(false);
  return (
    <>
      <ul className={styles.rows}>{whole ? rows : rows.slice(0, FIRST)}</ul>
      {!whole && rows.length > FIRST ? (
        <Button type="link" className={styles.foot} onClick={() => setWhole(true)}>
          {t('timeline.all', { count: rows.length })}
        </Button>
      ) : null}
    </>
  );
}

/** The same problem is often recorded anew at each visit: once is enough to read, with the day it was first known. */
function firstOfEach<T>(items: T[], nameOf: (item: T) => string | undefined, dateOf: (item: T) => string | undefined) {
  const byName = new Map<string, { item: T; name: string; since: string | undefined }>();
  for (const item of items) {
    const name = nameOf(item);
    if (name === undefined) continue;
    const since = dateOf(item);
    const known = byName.get(name);
    if (!known) byName.set(name, { item, name, since });
    else if (since !== undefined && (known.since === undefined || since < known.since)) known.since = since;
  }
  return [...byName.values()];
}

function Problems({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const query = useProblems(patient);
  return (
    <Card id="problems" title={t('summary.problems')} query={query} none={t('summary.noProblems')} isEmpty={({ items }) => items.length === 0}>
      {({ items, partial }) => (
        <>
          <Shortened
            rows={firstOfEach(items, ({ code }) => conceptText(code), (condition) => dayOf(condition.onsetDateTime ?? condition.recordedDate)).map(({ name, since }) => (
              <li key={name}>
                <span>{name}</span>
                <span className="muted small">{since ? t('summary.since', { day: since }) : null}</span>
              </li>
            ))}
          />
          {partial ? <p className="muted small">{t('summary.partial')}</p> : null}
        </>
      )}
    </Card>
  );
}

function Medicines({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const query = useMedicines(patient);
  const dosageText = useDosageText();
  return (
    <Card id="medicines" title={t('summary.medicines')} query={query} none={t('summary.noMedicines')} isEmpty={({ items }) => items.length === 0}>
      {({ items, partial, medications }) => (
        <>
          <Shortened
            rows={firstOfEach(items, (request) => medicineName(request, medications), ({ authoredOn }) => dayOf(authoredOn)).map(({ item, name, since }) => (
              <li key={name}>
                <span>
                  {name}
                  <span className={styles.second}>{dosageText(item.dosageInstruction)}</span>
                </span>
                <span className="muted small">{since ? t('summary.since', { day: since }) : null}</span>
              </li>
            ))}
          />
          {partial ? <p className="muted small">{t('summary.partial')}</p> : null}
        </>
      )}
    </Card>
  );
}

function AllergyList({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const codeName = useCodeName();
  return (
    <Card id="allergies" title={t('summary.allergies')} query={useAllergies(patient)} none={t('summary.noAllergies')} isEmpty={({ items }) => items.length === 0}>
      {({ items }) => (
        <ul className={styles.rows}>
          {items.map((allergy) => (
            <li key={allergy.id}>
              <span className={styles.allergies}>
                {conceptText(allergy.code)}
                <span className={styles.second}>{(allergy.reaction ?? []).flatMap(({ manifestation }) => manifestation.map(conceptText)).filter(Boolean).join(t('record.listComma'))}</span>
              </span>
              {allergy.criticality ? (
                <StatusTag tone={allergy.criticality === 'high' ? 'alert' : 'plain'}>
                  {codeName('criticality', allergy.criticality)}
                </StatusTag>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const RECENT = 10;

function RecentResults({ patient, onGo }: { patient: string; onGo: (view: string) => void }) {
  const { t } = useTranslation('record');
  const { results, error, refetch } = useResults(patient);
  const rows = results && sheetOf(results, 1).rows.filter(isAbnormal);
  return (
    <Card
      id="abnormal"
      title={t('summary.abnormal')}
      query={{ data: rows, error, refetch }}
      none={t('summary.noAbnormal')}
      isEmpty={(data) => data.length === 0}
      foot={
        <Button type="link" className={styles.foot} onClick={() => onGo('results')}>
          {t('summary.allResults')}
        </Button>
      }
    >
      {(data) => (
        <ul className={styles.rows}>
          {data
            .flatMap(({ results: [latest] }) => (latest ? [latest] : []))
            .sort((a, b) => urgency(b) - urgency(a) || (b.date ?? '').localeCompare(a.date ?? ''))
            .slice(0, RECENT)
            .map((latest) => (
              <li key={latest.key}>
                <span>{latest.name}</span>
                <span className={styles.measured}>
                  <Value result={latest} withUnit />
                  <span className="muted small">{dayOf(latest.date)}</span>
                </span>
              </li>
            ))}
        </ul>
      )}
    </Card>
  );
}

function RecentVisits({ patient, onGo }: { patient: string; onGo: (view: string) => void }) {
  const { t } = useTranslation('record');
  const language = useLanguage();
  const codeName = useCodeName();
  return (
    <Card
      id="visits"
      title={t('summary.visits')}
      query={useLastEncounters(patient)}
      none={t('summary.noVisits')}
      isEmpty={({ items }) => items.length === 0}
      foot={
        <Button type="link" className={styles.foot} onClick={() => onGo('timeline')}>
          {t('summary.wholeTimeline')}
        </Button>
      }
    >
      {({ items }) => (
        <ul className={styles.rows}>
          {items.map((encounter) => (
            <li key={encounter.id}>
              <span>
                {[codeName('encounterClass', encounter.class.code), conceptText(encounter.type?.[0]) ?? conceptText(encounter.serviceType)].filter(Boolean).join(' · ')}
                <span className={styles.second}>{referenceText(encounter.serviceProvider)}</span>
              </span>
              <span className="muted small">{formatDay(encounter.period?.start, language)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
