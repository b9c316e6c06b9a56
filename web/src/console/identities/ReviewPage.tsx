import { Button, Input, Segmented } from 'antd';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { nameOf } from '../../shared/fhir/words';
import { formatAgo, formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { showCase } from '../emergencies/Case';
import list from '../emergencies/Emergencies.module.css';
import styles from './Identities.module.css';
import { runsPlatform, useRole } from '../useRole';
import { PairCard, type Taken } from './PairCard';
import { useDecide, useReviews, type Review } from './useIdentities';

const KEYS = ['J / K', 'Enter', '1', '2', '3', '?'] as const;

const isTyping = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** 身份复核: pairs that may be one person, the longest waiting first. Filters and the chosen pair are in the address. */
export function ReviewPage() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const role = useRole();
  const [query, setQuery] = useSearchParams();
  const state = query.get('state') === 'all' ? 'all' : 'open';
  const assignee = query.get('assignee') ?? '';
  const reviews = useReviews({ state, assignee });
  const all = reviews.data?.reviews;
  const chosen = query.get('review') ?? all?.[0]?.id;
  const [help, setHelp] = useState(false);
  const [taken, setTaken] = useState<Taken>();
  const set = (values: Record<string, string | undefined>) =>
    setQuery(
      (now) => {
        for (const [name, value] of Object.entries(values)) {
          if (value) now.set(name, value);
          else now.delete(name);
        }
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') setHelp((shown) => !shown);
      if (event.key === 'Escape') setHelp(false);
      const at = all?.findIndex(({ id }) => id === chosen) ?? -1;
      const next = event.key === 'j' || event.key === 'J' ? all?.[at + 1] : event.key === 'k' || event.key === 'K' ? all?.[at - 1] : undefined;
      if (next) set({ review: next.id });
      // On a button or link, Enter is its own.
      if (event.key === 'Enter' && !(event.target instanceof HTMLElement && event.target.closest('button, a, summary'))) document.getElementById('pair')?.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
  const done = (deed: Taken) => {
    const at = all?.findIndex(({ id }) => id === deed.review.id) ?? -1;
    setTaken(deed);
    set({ review: (all?.[at + 1] ?? all?.[at - 1])?.id });
  };
  return (
    <div className={styles.page}>
      <PageTitle page={t('identities.review')} />
      {runsPlatform(role) ? (
        <Link to="/identities" className="small">
          ← {t('identities.title')}
        </Link>
      ) : null}
      <div className={styles.head}>
        <h1>{t('identities.review')}</h1>
        <div className={styles.row}>
          <Segmented
            aria-label={t('identities.filter')}
            value={state}
            options={(['open', 'all'] as const).map((value) => ({ value, label: t(`identities.filters.${value}`) }))}
            onChange={(value) => set({ state: value === 'all' ? 'all' : undefined, review: undefined })}
          />
          <AssigneeFilter key={assignee} assignee={assignee} onChange={(value) => set({ assignee: value, review: undefined })} />
          <Button aria-expanded={help} onClick={() => setHelp(!help)}>
            {t('identities.keyboard')}
          </Button>
        </div>
      </div>
      <p className="muted">{t('identities.reviewLead')}</p>
      {help ? (
        <dl className={`card ${styles.keys}`} aria-label={t('identities.keyboard')}>
          {KEYS.map((key) => (
            <div key={key} style={{ display: 'contents' }}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(`identities.keys.${key === 'J / K' ? 'move' : key === '?' ? 'help' : key === 'Enter' ? 'open' : key}`)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {taken ? <Undo taken={taken} onUndone={() => { setTaken(undefined); set({ review: taken.review.id }); }} onClose={() => setTaken(undefined)} /> : null}
      {all === undefined ? (
        <div className="card">{reviews.error ? <LoadFailed error={reviews.error} onRetry={() => void reviews.refetch()} /> : <LoadingLines rows={8} />}</div>
      ) : all.length === 0 && !query.has('review') ? (
        <div className="card">
          <NothingHere title={t('identities.nothing')}>{t(assignee ? 'identities.nothingOf' : 'identities.nothingHint')}</NothingHere>
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={`card ${list.list}`}>
            {reviews.error ? <LoadFailed error={reviews.error} onRetry={() => void reviews.refetch()} compact /> : null}
            <p className="muted small" style={{ paddingInline: 12 }}>
              {t('identities.waitingNow', { number: formatCount(reviews.data?.waiting ?? 0, language) })}
            </p>
            <ul aria-label={t('identities.review')}>
              {all.map((review) => (
                <li key={review.id}>
                  <Item
                    review={review}
                    chosen={review.id === chosen}
                    onChoose={() => {
                      set({ review: review.id });
                      showCase();
                    }}
                  />
                </li>
              ))}
            </ul>
            {reviews.hasNextPage ? (
              <Button block loading={reviews.isFetchingNextPage} onClick={() => void reviews.fetchNextPage()}>
                {t('identities.more')}
              </Button>
            ) : null}
          </div>
          {chosen ? <PairCard key={chosen} review={chosen} onTaken={done} /> : null}
        </div>
      )}
    </div>
  );
}

function AssigneeFilter({ assignee, onChange }: { assignee: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('console');
  const [value, setValue] = useState(assignee);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onChange(value.trim());
      }}
    >
      <Input aria-label={t('identities.assigneeFilter')} placeholder={t('identities.assigneeFilter')} value={value} maxLength={100} allowClear onChange={(event) => (event.target.value === '' ? onChange('') : undefined, setValue(event.target.value))} style={{ width: 180 }} />
    </form>
  );
}

function Item({ review, chosen, onChoose }: { review: Review; chosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const [one, other] = review.sides;
  return (
    <button type="button" className={list.item} aria-pressed={chosen} onClick={onChoose}>
      <span className={list.itemHead}>
        <strong>{[one, other].map(({ patient }) => (patient && nameOf(patient)) ?? t('residents.unnamed')).join(' ↔ ')}</strong>
        {review.state === 'postponed' ? <StatusTag tone="warning">{t('identities.states.postponed')}</StatusTag> : null}
      </span>
      <span>{review.reason === '' ? '' : t(`identities.reason.${review.reason as 'possible'}`, { defaultValue: review.reason })}</span>
      <span className="muted small">
        {[t('identities.since', { when: formatAgo(review.opened, Date.now(), language) }), review.assignee ? t('identities.with', { name: review.assignee }) : undefined].filter(Boolean).join(' · ')}
      </span>
    </button>
  );
}

/** The last decision, and the way back from it. */
function Undo({ taken, onUndone, onClose }: { taken: Taken; onUndone: () => void; onClose: () => void }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const decide = useDecide();
  const [one, other] = taken.review.sides;
  const undo = () =>
    decide.mutate(
      taken.decision === 'postpone'
        ? { review: taken.review.id, decision: 'postpone', until: new Date(Date.now() - 1000).toISOString() }
        : { patient: one.id, other: other.id, decision: 'reopen', note: t('identities.undoNote') },
      { onSuccess: onUndone },
    );
  return (
    <div className={`card ${styles.done}`} role="status">
      <span>
        {t('identities.taken', {
          names: [one, other].map(({ patient }) => (patient && nameOf(patient)) ?? t('residents.unnamed')).join(' ↔ '),
          decision: taken.decision === 'postpone' ? t('identities.postponedUntil', { when: formatMoment(taken.until, language) }) : t(`identities.decision.${taken.decision}`),
        })}
      </span>
      <span className={styles.row}>
        <Button onClick={undo} loading={decide.isPending}>
          {t('identities.undo')}
        </Button>
        <Button type="text" onClick={onClose}>
          {t('identities.close')}
        </Button>
      </span>
      {decide.error ? <LoadFailed error={decide.error} compact /> : null}
    </div>
  );
}
