import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { showCase } from '../emergencies/Case';
import styles from '../emergencies/Emergencies.module.css';
import { useMe, useRole } from '../useRole';
import { AskForm } from './AskForm';
import { CaseCard } from './CaseCard';
import { isOver, STATES, useCases, type RegulatoryCase, type State } from './useCases';

export function CaseTag({ one }: { one: RegulatoryCase }) {
  const { t } = useTranslation('console');
  if (isOver(one, Date.now())) return <StatusTag>{t('cases.over')}</StatusTag>;
  if (one.state === 'closed' && one.decider === undefined) return <StatusTag>{t('cases.withdrawn')}</StatusTag>;
  return <StatusTag tone={TONES[one.state]}>{t(`cases.state.${one.state}`)}</StatusTag>;
}

const TONES = { requested: 'alert', approved: 'running', refused: 'bad', closed: 'plain' } as const;

/** 监管调查: asked for by a regulator under a pseudonym, decided by somebody else, closed. The one chosen and the filter are in the address. */
export function CasesPage() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const codeName = useCodeName();
  const role = useRole();
  const account = useMe().data?.account;
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((one) => one === query.get('state'));
  const list = useCases(state);
  const chosen = list.data?.find(({ id }) => id === query.get('id')) ?? list.data?.[0];
  const asks = role === 'regulator' && query.has('ask');
  const set = (values: Record<string, string | undefined>) =>
    setQuery(
      (now) => {
        for (const [name, value] of Object.entries(values)) {
          if (value === undefined) now.delete(name);
          else now.set(name, value);
        }
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <div className={styles.page}>
      <PageTitle page={t('cases.title')} />
      <div className={styles.head}>
        <h1>{t('cases.title')}</h1>
        <Segmented
          aria-label={t('cases.filter')}
          value={state ?? 'all'}
          options={[{ value: 'all', label: t('cases.all') }, ...STATES.map((value) => ({ value, label: t(`cases.state.${value}`) }))]}
          onChange={(value) => set({ state: value === 'all' ? undefined : (value as State) })}
        />
      </div>
      <p className="muted">{t('cases.lead')}</p>
      {role === 'regulator' && !asks ? (
        <div>
          <Button type="primary" onClick={() => set({ ask: '' })}>
            {t('cases.ask')}
          </Button>
        </div>
      ) : null}
      {asks ? <AskForm pseudonym={query.get('ask') ?? ''} onAsked={(id) => set({ ask: undefined, state: undefined, id })} onCancel={() => set({ ask: undefined })} /> : null}
      {list.data === undefined ? (
        <div className="card">{list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} /> : <LoadingLines rows={8} />}</div>
      ) : list.data.length === 0 ? (
        <div className="card">
          <NothingHere title={t('cases.none')}>{t(state ? 'cases.noneHint' : 'cases.noneYet')}</NothingHere>
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={`card ${styles.list}`}>
            {list.error ? <LoadFailed error={list.error} onRetry={() => void list.refetch()} compact /> : null}
            <ul aria-label={t('cases.title')}>
              {list.data.map((one) => (
                <li key={one.id}>
                  <button
                    type="button"
                    className={styles.item}
                    aria-pressed={one.id === chosen?.id}
                    onClick={() => {
                      set({ id: one.id });
                      showCase();
                    }}
                  >
                    <span className={styles.itemHead}>
                      <strong>{one.document}</strong>
                      <CaseTag one={one} />
                    </span>
                    <span className="muted">{[codeName('caseGround', one.ground), one.asker === account ? t('cases.mine') : undefined].filter(Boolean).join(' · ')}</span>
                    <span className="muted">{formatMoment(one.asked, language)}</span>
                    <span className={styles.reason}>{one.reason}</span>
                  </button>
                </li>
              ))}
            </ul>
            {list.hasNextPage ? (
              <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('cases.more')}
              </Button>
            ) : null}
          </div>
          {chosen ? <CaseCard key={`${chosen.id}|${chosen.state}`} one={chosen} own={chosen.asker === account} account={account} /> : null}
        </div>
      )}
    </div>
  );
}
