import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatDay, today } from '../../shared/format/dates';
import { formatCount } from '../../shared/format/numbers';
import { bring, useLanguage } from '../../shared/i18n/i18n';
import texts from '../../shared/i18n/zh/clearing.json';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { FigureCards } from '../FigureCards';
import { runsPlatform, useRole } from '../useRole';
import { CaseTable } from '../../shared/clearing/CaseTable';
import { CaseView } from '../../shared/clearing/CaseView';
import styles from '../../shared/clearing/Clearing.module.css';
import { LinesView } from '../../shared/clearing/LinesView';
import { formatYuan } from '../../shared/clearing/money';
import { MonthSwitch } from '../../shared/clearing/MonthSwitch';
import { MonthTable } from '../../shared/clearing/MonthTable';
import { MonthView } from '../../shared/clearing/MonthView';
import { useAct, useCounterparts, useDays, useDifferences, useMonths, type Book, type Counterpart } from '../../shared/clearing/useClearing';

bring('clearing', texts);

type Go = (to: Record<string, string>) => void;

/** 对账清算: the days of a month with what differs, the cases, and what is owed for the month. Where one is stands in the address. */
export function ClearingPage() {
  const { t } = useTranslation('clearing');
  const [query, setQuery] = useSearchParams();
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(query.get('month') ?? '') ? (query.get('month') ?? '') : today().slice(0, 7);
  const go: Go = (to) => setQuery({ month, ...to });
  const oneCase = query.get('case');
  const owed = query.get('owed');
  const [counterpart, day] = [query.get('counterpart'), query.get('day')];
  return (
    <div className={styles.page}>
      <PageTitle page={t('title')} />
      <div className={styles.head}>
        <div>
          <h1>{t('title')}</h1>
          <p className="muted">{t('lead')}</p>
        </div>
        <MonthSwitch month={month} onChange={(next) => setQuery({ month: next })} />
      </div>
      {oneCase !== null ? (
        <CaseView key={oneCase} id={oneCase} onBack={() => go({})} />
      ) : owed !== null ? (
        <MonthView key={owed} id={owed} onBack={() => go({})} />
      ) : counterpart !== null && day !== null ? (
        <LinesView key={`${counterpart} ${day}`} counterpart={counterpart} day={day} first={query.get('statement') === 'theirs' ? 'theirs' : 'ours'} onBack={() => go({})} />
      ) : (
        <Month month={month} onGo={go} />
      )}
    </div>
  );
}

function Month({ month, onGo }: { month: string; onGo: Go }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  const days = useDays(month);
  const cases = useDifferences(month);
  const months = useMonths(month);
  const counterparts = useCounterparts();
  const role = useRole();
  const act = useAct();
  const failed = [days, cases, months, counterparts].find(({ error }) => error);
  if (failed?.error) return <LoadFailed error={failed.error} onRetry={() => [days, cases, months, counterparts].forEach((one) => void one.refetch())} />;
  if (!days.data || !cases.data || !months.data || !counterparts.data)
    return (
      <div className="card">
        <LoadingLines rows={10} />
      </div>
    );
  const closedForAll = days.data.closes.filter(({ scope }) => scope === 'all').map((one) => one.day);
  const due = months.data.reduce((sum, one) => sum + Math.round(Number(one.due) * 100), 0);
  const open = days.data.books.filter(({ state }) => state !== 'closed').length;
  return (
    <>
      <FigureCards
        shown={[
          { name: t('openDays'), value: formatCount(open, language), hint: t('openDaysHint') },
          { name: t('differences'), value: formatCount(cases.data.length, language), hint: t('differencesHint'), alarming: cases.data.length > 0 },
          { name: t('lastDay'), value: closedForAll[0] ?? '–', hint: t('lastDayHint') },
          { name: t('due'), value: formatYuan((due / 100).toFixed(2)), hint: t('dueHint') },
        ]}
      />
      {act.error ? <LoadFailed error={act.error} compact /> : null}
      <DayTable books={rows(days.data.books, counterparts.data, month)} counterparts={counterparts.data} closedForAll={closedForAll} may={runsPlatform(role)} act={act} onGo={onGo} />
      <CaseTable cases={cases.data} counterparts={counterparts.data} onOpen={(id) => onGo({ case: id })} />
      <MonthTable month={month} months={months.data} counterparts={counterparts.data} may={runsPlatform(role)} act={act} onOpen={(id) => onGo({ owed: id })} />
    </>
  );
}

const NOTHING = { ours: 0, theirs: 0, oursAmount: '', theirsAmount: '', byKey: 0, byReference: 0, byRule: 0, carried: 0, differences: 0 };

/** Yesterday is there to be fetched even before anything has come. */
function rows(books: Book[], counterparts: Counterpart[], month: string): Book[] {
  const yesterday = today(Date.now() - 86_400_000);
  const missing = yesterday.startsWith(month) ? counterparts.filter(({ name, fetched }) => fetched && !books.some((one) => one.counterpart === name && one.day === yesterday)) : [];
  return [...missing.map(({ name }): Book => ({ ...NOTHING, counterpart: name, day: yesterday, state: 'open' })), ...books];
}

const TONES: Record<Book['state'], Tone> = { open: 'warning', matched: 'running', closed: 'good' };

type Act = ReturnType<typeof useAct>;

function DayTable({ books, counterparts, closedForAll, may, act, onGo }: { books: Book[]; counterparts: Counterpart[]; closedForAll: string[]; may: boolean; act: Act; onGo: Go }) {
  const { t } = useTranslation('clearing');
  const language = useLanguage();
  const count = (value: number) => formatCount(value, language);
  const lead = (operation: string, values: Record<string, string>) => act.mutate({ operation, values });
  return (
    <section className={`card ${styles.card}`} aria-labelledby="days">
      <div>
        <h2 id="days">{t('days')}</h2>
        <p className="muted small">{t('daysHint')}</p>
      </div>
      {books.length === 0 ? (
        <NothingHere title={t('noDays')}>{t('noDaysHint')}</NothingHere>
      ) : (
        <div className={styles.scroll} role="region" aria-labelledby="days" tabIndex={0}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('day')}</th>
                <th scope="col">{t('counterpart')}</th>
                <th scope="col" className="number">
                  {t('ours')}
                </th>
                <th scope="col" className="number">
                  {t('theirs')}
                </th>
                <th scope="col" className="number">
                  {t('matched')}
                </th>
                <th scope="col" className="number">
                  {t('diff')}
                </th>
                <th scope="col">{t('state')}</th>
                {may ? <th scope="col">{t('actions')}</th> : null}
              </tr>
            </thead>
            <tbody>
              {books.map((one, index) => {
                const known = counterparts.find(({ name }) => name === one.counterpart);
                const what = { counterpart: one.counterpart, day: one.day };
                const side = (lines: number, amount: string, statement: string) =>
                  amount === '' ? (
                    '–'
                  ) : (
                    <button type="button" className={styles.link} onClick={() => onGo({ ...what, statement })}>
                      {t('lines', { number: count(lines) })}
                      <span className={styles.amount}>{formatYuan(amount)}</span>
                    </button>
                  );
                const isFirstOfDay = books[index - 1]?.day !== one.day;
                const isReady = books.every((other) => other.day !== one.day || other.state === 'closed');
                return (
                  <tr key={`${one.day} ${one.counterpart}`}>
                    <td className={isFirstOfDay ? undefined : 'muted'}>{formatDay(one.day, language)}</td>
                    <th scope="row">{known?.display ?? one.counterpart}</th>
                    <td className="number">{side(one.ours, one.oursAmount, 'ours')}</td>
                    <td className="number">{side(one.theirs, one.theirsAmount, 'theirs')}</td>
                    <td className="number" title={t('matchedHint', { key: count(one.byKey), reference: count(one.byReference), rule: count(one.byRule), carried: count(one.carried) })}>
                      {one.state === 'open' ? '–' : count(one.byKey)}
                    </td>
                    <td className="number">{one.differences > 0 ? <StatusTag tone="alert">{count(one.differences)}</StatusTag> : one.state === 'open' ? '–' : '0'}</td>
                    <td>
                      <StatusTag tone={TONES[one.state]}>{t(`bookState.${one.state}`)}</StatusTag>
                    </td>
                    {may ? (
                      <td>
                        <div className={styles.actions}>
                          {one.state === 'open' && known?.fetched ? (
                            <Button size="small" disabled={act.isPending} onClick={() => lead('fetch', what)}>
                              {t('fetch')}
                            </Button>
                          ) : null}
                          {one.state !== 'closed' && one.theirsAmount !== '' ? (
                            <Button size="small" disabled={act.isPending} onClick={() => lead('reconcile', what)}>
                              {t('reconcile')}
                            </Button>
                          ) : null}
                          {one.state === 'matched' ? (
                            <Button size="small" type="primary" disabled={act.isPending} onClick={() => lead('close', { scope: one.counterpart, day: one.day })}>
                              {t('close')}
                            </Button>
                          ) : null}
                          {isFirstOfDay && isReady ? (
                            closedForAll.includes(one.day) ? (
                              <span className="muted small">{t('allClosed')}</span>
                            ) : (
                              <Button size="small" disabled={act.isPending} onClick={() => lead('close', { scope: 'all', day: one.day })}>
                                {t('closeAll')}
                              </Button>
                            )
                          ) : null}
                        </div>
                      </td>
                    ) : null}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
