import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { Button } from 'antd';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../faces/Faces';
import { resultsOf, urgency } from '../fhir/observations';
import { formatDay } from '../format/dates';
import { useLanguage } from '../i18n/i18n';
import { StatusTag } from '../StatusTag';
import { useLines, type Line } from './lines';
import { useReader, useWays } from './Reader';
import styles from './Timeline.module.css';
import { KINDS, type Day, type Entry, type Kind } from './timeline';
import { useTimeline, type Medications } from './useRecord';
import { Value } from './Value';

/** The record day by day. The filter is in the address; no kind chosen means all of them. */
export function Timeline({ patient }: { patient: string }) {
  const { t } = useTranslation('record');
  const [address, setAddress] = useSearchParams();
  const chosen = KINDS.filter((kind) => address.get('kinds')?.split(',').includes(kind));
  const { days, medications, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = useTimeline(patient, chosen.length === 0 ? KINDS : chosen);

  function toggle(kind: Kind) {
    const next = chosen.includes(kind) ? chosen.filter((other) => other !== kind) : [...chosen, kind];
    setAddress({ view: 'timeline', ...(next.length === 0 ? {} : { kinds: next.join(',') }) }, { replace: true });
  }

  return (
    <section className={styles.timeline} aria-label={t('record.timeline')}>
      <div className={styles.filters} role="group" aria-label={t('timeline.filter')}>
        {KINDS.map((kind) => (
          <button key={kind} type="button" className={styles.filter} aria-pressed={chosen.includes(kind)} onClick={() => toggle(kind)}>
            {t(`kinds.${kind}`)}
          </button>
        ))}
      </div>
      {!days && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!days && !error ? <LoadingLines rows={14} /> : null}
      {days?.length === 0 && !hasNextPage ? <NothingHere title={t('timeline.empty')}>{chosen.length > 0 ? t('timeline.emptyFiltered') : t('timeline.emptyHint')}</NothingHere> : null}
      {days && (days.length > 0 || hasNextPage) ? (
        <Days
          days={days}
          medications={medications}
          reading={isFetchingNextPage}
          // After a failure one asks again by hand: scrolling would ask without end.
          more={hasNextPage && !isFetchNextPageError ? () => void fetchNextPage() : undefined}
        />
      ) : null}
      {isFetchNextPageError ? <LoadFailed error={error} onRetry={() => void fetchNextPage()} /> : null}
      {days && days.length > 0 && !hasNextPage ? <p className={`muted small ${styles.end}`}>{t('timeline.end')}</p> : null}
    </section>
  );
}

type DaysProps = { days: Day[]; medications: Medications; reading: boolean; more: (() => void) | undefined };

/** Days this close to the end make the next pages be read. */
const AHEAD = 8;

function Days({ days, medications, reading, more }: DaysProps) {
  const list = useRef<HTMLOListElement>(null);
  const [top, setTop] = useState(0);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  useLayoutEffect(() => {
    const measure = () => setTop(Math.round((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    measure();
    // What stands above (the banner's allergies, the window's width) may change its height.
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, []);

  const virtualizer = useWindowVirtualizer({
    count: days.length,
    estimateSize: (index) => 56 + 34 * Math.min(days[index]?.entries.length ?? 1, 12),
    getItemKey: (index) => days[index]?.day ?? 'undated',
    overscan: 4,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (more && !reading && last >= days.length - AHEAD) more();
  }, [more, reading, last, days.length]);

  return (
    <>
      <ol ref={list} className={styles.days} style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const day = days[index];
          if (!day) return null;
          const name = day.day ?? 'undated';
          return (
            <li key={key} ref={virtualizer.measureElement} data-index={index} className={styles.day} style={{ top: start - top }}>
              <DayRow day={day} medications={medications} whole={opened.has(name)} onWhole={() => setOpened(new Set([...opened, name]))} />
            </li>
          );
        })}
      </ol>
      {reading ? <LoadingLines rows={4} /> : null}
    </>
  );
}

/** Results that are shown of a day before someone asks for all. */
const GLANCE = 6;

function DayRow({ day, medications, whole, onWhole }: { day: Day; medications: Medications; whole: boolean; onWhole: () => void }) {
  const { t } = useTranslation('record');
  const language = useLanguage();
  const lineOf = useLines(medications);
  const byKind = KINDS.map((kind) => ({ kind, entries: day.entries.filter((entry) => entry.kind === kind) })).filter(({ entries }) => entries.length > 0);
  return (
    <div className={styles.dayBox}>
      <h3 className={styles.date}>{day.day === undefined ? t('timeline.undated') : formatDay(day.day, language)}</h3>
      <div className={`card ${styles.entries}`}>
        {byKind.map(({ kind, entries }) => (
          <div key={kind} className={styles.kind}>
            <span className={styles.kindName} data-kind={kind}>
              {t(`kinds.${kind}`)}
            </span>
            {kind === 'result' ? (
              <Results entries={entries} whole={whole} onWhole={onWhole} />
            ) : (
              <ul className={styles.lines}>
                {entries.slice(0, whole ? undefined : GLANCE).map((entry) => (
                  <LineItem key={entry.key} line={lineOf(entry)} />
                ))}
                {!whole && entries.length > GLANCE ? <More count={entries.length} onWhole={onWhole} /> : null}
              </ul>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function More({ count, onWhole }: { count: number; onWhole: () => void }) {
  const { t } = useTranslation('record');
  return (
    <li>
      <Button type="link" size="small" className={styles.more} onClick={onWhole}>
        {t('timeline.all', { count })}
      </Button>
    </li>
  );
}

function LineItem({ line }: { line: Line }) {
  const { t } = useTranslation('record');
  const open = useReader();
  const ways = useWays();
  const { opens } = line;
  return (
    <li className={styles.line}>
      <span className={styles.title}>{line.title}</span>
      {line.status ? <StatusTag>{line.status}</StatusTag> : null}
      {line.facts.length > 0 ? <span className="muted">{line.facts.join(' · ')}</span> : null}
      {opens ? (
        <Button type="link" size="small" className={styles.more} onClick={() => open(opens)}>
          {t('documents.read')}
        </Button>
      ) : null}
      {line.visit === undefined ? null : ways(line.visit)}
    </li>
  );
}

/** Critical and abnormal ones first: of thirty normal values a glance is enough. */
function Results({ entries, whole, onWhole }: { entries: Entry[]; whole: boolean; onWhole: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const words = { yes: t('common:yes'), no: t('common:no') };
  const results = entries.flatMap(({ resource }) => (resource.resourceType === 'Observation' ? resultsOf(resource, words) : []));
  const ordered = results.sort((a, b) => urgency(b) - urgency(a));
  return (
    <ul className={styles.results}>
      {ordered.slice(0, whole ? undefined : GLANCE).map((result, index) => (
        <li key={`${result.key} ${index}`} className={styles.result}>
          <span className={styles.resultName}>{result.name}</span>
          <Value result={result} withUnit withRange />
        </li>
      ))}
      {!whole && ordered.length > GLANCE ? <More count={ordered.length} onWhole={onWhole} /> : null}
    </ul>
  );
}
