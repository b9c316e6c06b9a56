import { Button, Input } from 'antd';
import type { Coding } from 'fhir/r4';
import { useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { Choice } from './ExchangePage';
import styles from './Exchange.module.css';
import { DECISIONS, useDecide, useLocalCodes, useSuggestions, type LocalCode } from './useCodes';
import { useFeeds } from './useExchange';

/** Value sets that local codes most often belong to; any other may be typed. */
const TARGETS = [
  'http://hl7.org/fhir/ValueSet/administrative-gender',
  'http://hl7.org/fhir/ValueSet/observation-category',
  'http://terminology.hl7.org/ValueSet/v3-ActEncounterCode',
  'https://helan.health/fhir/ValueSet/icd-10',
  'https://helan.health/fhir/ValueSet/icd-9-cm-3',
  'https://helan.health/fhir/ValueSet/loinc-subset',
  'https://helan.health/fhir/ValueSet/gbt2261-2-marital-status',
  'https://helan.health/fhir/ValueSet/gbt3304-ethnic-group',
];

/** What feeds sent and nobody knows the meaning of, the most frequent first: mapped, or left aside. */
export function CodesPage() {
  const { t } = useTranslation('console');
  const [query, setQuery] = useSearchParams();
  const feeds = useFeeds();
  const feed = query.get('feed') ?? undefined;
  const state = DECISIONS.find((one) => one === query.get('state')) ?? 'unmapped';
  const codes = useLocalCodes(feed, state);
  const all = codes.data?.pages.flat();
  const names = [...new Set([...(feeds.data ?? []).map(({ name }) => name), ...(feed ? [feed] : [])])];
  const set = (name: string, value: string) =>
    setQuery(
      (now) => {
        if (value === '') now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true },
    );
  return (
    <div className={styles.page}>
      <PageTitle page={t('localCodes.title')} />
      <div className={styles.head}>
        <h1>{t('localCodes.title')}</h1>
        <Link to="/exchange">{t('rehearse.back')}</Link>
      </div>
      <p className="muted">{t('localCodes.what')}</p>
      <section className={`card ${styles.card}`} aria-label={t('localCodes.title')}>
        <div className={styles.filters}>
          <Choice label={t('exchange.feed')} value={feed ?? ''} options={['', ...names]} word={(one) => (one === '' ? t('exchange.everyFeed') : one)} onChange={(value) => set('feed', value)} />
          <Choice label={t('exchange.state')} value={state} options={[...DECISIONS]} word={(one) => t(`localCodes.states.${one as 'mapped'}`)} onChange={(value) => set('state', value === 'unmapped' ? '' : value)} />
        </div>
        {all === undefined ? (
          codes.error ? (
            <LoadFailed error={codes.error} onRetry={() => void codes.refetch()} />
          ) : (
            <LoadingLines rows={8} />
          )
        ) : all.length === 0 ? (
          <NothingHere title={t(`localCodes.none.${state}`)}>{t('localCodes.noneHint')}</NothingHere>
        ) : (
          <ul className={styles.messages}>
            {all.map((one) => (
              <Code key={[one.feed, one.system, one.code].join('|')} one={one} decided={state !== 'unmapped'} />
            ))}
          </ul>
        )}
        {codes.hasNextPage ? (
          <Button loading={codes.isFetchingNextPage} onClick={() => void codes.fetchNextPage()}>
            {t('exchange.more')}
          </Button>
        ) : null}
      </section>
    </div>
  );
}

/** The table of a system of an institution's own: what stands after the institution. */
const tableOf = (system: string): string => decodeURIComponent(system.replace(/^https:\/\/helan\.health\/fhir\/sid\/[^/]+\/codes\/?/, '')) || system;

function Code({ one, decided }: { one: LocalCode; decided: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const decide = useDecide(one);
  const [open, setOpen] = useState(false);
  return (
    <li className={styles.message}>
      <div className={styles.head}>
        <span className={styles.title}>
          <code>{one.code}</code>
          <strong>{one.display}</strong>
        </span>
        <span className="muted">{t('localCodes.seen', { count: one.seen, number: formatCount(one.seen, language) })}</span>
      </div>
      <p className="muted small">{[one.feed, tableOf(one.system), t('localCodes.last', { at: formatMoment(one.lastSeen, language) })].filter(Boolean).join(' · ')}</p>
      {one.target ? (
        <p>
          {t('localCodes.means')} <code>{one.target.code}</code> <span className="muted small">{one.target.system}</span>
        </p>
      ) : null}
      {decide.error ? <LoadFailed error={decide.error} compact /> : null}
      <div className={styles.acts}>
        {decided ? null : (
          <Button type={open ? 'default' : 'primary'} aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'localCodes.close' : 'localCodes.map')}
          </Button>
        )}
        {decided ? (
          <Button loading={decide.isPending} onClick={() => decide.mutate({ decision: 'reopen' })}>
            {t('localCodes.reopen')}
          </Button>
        ) : (
          <Button loading={decide.isPending && decide.variables.decision === 'ignore'} onClick={() => decide.mutate({ decision: 'ignore' })}>
            {t('localCodes.ignore')}
          </Button>
        )}
      </div>
      {open ? <Meaning one={one} taking={decide.isPending && decide.variables.decision === 'map'} onTake={(target) => decide.mutate({ decision: 'map', targetSystem: target.system ?? '', targetCode: target.code ?? '' })} /> : null}
    </li>
  );
}

/** Looks for likely meanings in a value set; whoever knows better writes system and code. */
function Meaning({ one, taking, onTake }: { one: LocalCode; taking: boolean; onTake: (target: Coding) => void }) {
  const { t } = useTranslation('console');
  const id = useId();
  const [target, setTarget] = useState('');
  const [asked, setAsked] = useState<string>();
  const [own, setOwn] = useState<{ system: string; code: string }>({ system: '', code: '' });
  const suggestions = useSuggestions(one, asked);
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (target.trim() !== '') setAsked(target.trim());
  };
  const take = (event: FormEvent) => {
    event.preventDefault();
    if (own.system.trim() !== '' && own.code.trim() !== '') onTake({ system: own.system.trim(), code: own.code.trim() });
  };
  return (
    <div className={styles.meaning}>
      <form className={styles.text} onSubmit={look}>
        <label htmlFor={id}>{t('localCodes.target')}</label>
        <div className={styles.acts}>
          <Input id={id} value={target} list={`${id}-known`} spellCheck={false} className={styles.wide} onChange={(event) => setTarget(event.target.value)} />
          <datalist id={`${id}-known`}>
            {TARGETS.map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
          <Button htmlType="submit" loading={suggestions.isFetching}>
            {t('localCodes.suggest')}
          </Button>
        </div>
      </form>
      {suggestions.error ? <LoadFailed error={suggestions.error} compact /> : null}
      {suggestions.data?.length === 0 ? <p className="muted">{t('localCodes.noSuggestion')}</p> : null}
      {suggestions.data && suggestions.data.length > 0 ? (
        <ul className={styles.suggestions} aria-label={t('localCodes.suggestions')}>
          {suggestions.data.map(({ score, concept }) => (
            <li key={`${concept.system}|${concept.code}`}>
              <span>
                <code>{concept.code}</code> {concept.display}
              </span>
              <span className="muted small">{t('localCodes.alike', { percent: Math.round(score * 100) })}</span>
              <Button size="small" loading={taking} aria-label={t('localCodes.takeOne', { code: concept.code, display: concept.display })} onClick={() => onTake(concept)}>
                {t('localCodes.take')}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <details>
        <summary>{t('localCodes.other')}</summary>
        <form className={styles.text} onSubmit={take}>
          <label htmlFor={`${id}-system`}>{t('localCodes.system')}</label>
          <Input id={`${id}-system`} value={own.system} spellCheck={false} onChange={(event) => setOwn({ ...own, system: event.target.value })} />
          <label htmlFor={`${id}-code`}>{t('localCodes.code')}</label>
          <Input id={`${id}-code`} value={own.code} spellCheck={false} onChange={(event) => setOwn({ ...own, code: event.target.value })} />
          <Button htmlType="submit" loading={taking} className={styles.start}>
            {t('localCodes.take')}
          </Button>
        </form>
      </details>
    </div>
  );
}
