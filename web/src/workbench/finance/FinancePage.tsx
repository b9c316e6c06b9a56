import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { CaseTable } from '../../shared/clearing/CaseTable';
import { CaseView } from '../../shared/clearing/CaseView';
import styles from '../../shared/clearing/Clearing.module.css';
import { LinesView, type Side } from '../../shared/clearing/LinesView';
import { MonthSwitch } from '../../shared/clearing/MonthSwitch';
import { MonthTable } from '../../shared/clearing/MonthTable';
import { MonthView } from '../../shared/clearing/MonthView';
import { useAct, useCounterparts, useDays, useDifferences, useMonths } from '../../shared/clearing/useClearing';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { today } from '../../shared/format/dates';
import { PageTitle } from '../../shared/PageTitle';
import { BooksView } from './BooksView';
import { ClosedDays } from './ClosedDays';
import { DayTable } from './DayTable';
import { SendList } from './SendList';
import './texts';

type Go = (to: Record<string, string>) => void;

/** 对账: the own institution's days, differences and months, and its books. Where one is stands in the address. */
export function FinancePage() {
  const { t } = useTranslation('finance');
  const [query, setQuery] = useSearchParams();
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(query.get('month') ?? '') ? (query.get('month') ?? '') : today().slice(0, 7);
  const view = query.get('view') === 'books' ? 'books' : 'days';
  const go: Go = (to) => setQuery({ month, ...to });
  return (
    <div className={styles.page}>
      <PageTitle page={t('title')} />
      <div className={styles.head}>
        <div>
          <h1>{t('title')}</h1>
          <p className="muted">{t(`lead.${view}`)}</p>
        </div>
        <div className={styles.actions}>
          <Segmented value={view} options={(['days', 'books'] as const).map((value) => ({ value, label: t(`view.${value}`) }))} onChange={(value) => go(value === 'books' ? { view: value } : {})} />
          {view === 'days' ? <MonthSwitch month={month} onChange={(next) => setQuery({ month: next })} /> : null}
        </div>
      </div>
      {view === 'books' ? <BooksView account={query.get('account') ?? undefined} day={query.get('day') ?? ''} onGo={(to) => go({ view, ...to })} /> : <Days month={month} query={query} onGo={go} />}
    </div>
  );
}

function Days({ month, query, onGo }: { month: string; query: URLSearchParams; onGo: Go }) {
  const [oneCase, owed, counterpart, day, side] = (['case', 'owed', 'counterpart', 'day', 'side'] as const).map((name) => query.get(name));
  const back = () => onGo({});
  if (oneCase) return <CaseView key={oneCase} id={oneCase} onBack={back} />;
  if (owed) return <MonthView key={owed} id={owed} onBack={back} />;
  if (query.has('send')) return <SendList counterpart={counterpart ?? undefined} day={day ?? undefined} onBack={back} />;
  if (counterpart && day) return <LinesView key={`${counterpart} ${day}`} counterpart={counterpart} day={day} first={(side === 'institution' ? side : 'ours') satisfies Side} onBack={back} />;
  return <Month month={month} onGo={onGo} />;
}

function Month({ month, onGo }: { month: string; onGo: Go }) {
  const { t } = useTranslation('finance');
  const days = useDays(month);
  const cases = useDifferences(month);
  const months = useMonths(month);
  const counterparts = useCounterparts();
  const act = useAct();
  const all = [days, cases, months, counterparts];
  const failed = all.find(({ error }) => error);
  if (failed?.error) return <LoadFailed error={failed.error} onRetry={() => all.forEach((one) => void one.refetch())} />;
  if (!days.data || !cases.data || !months.data || !counterparts.data)
    return (
      <div className="card">
        <LoadingLines rows={10} />
      </div>
    );
  const takesLists = counterparts.data.some(({ lists }) => lists);
  return (
    <>
      <DayTable
        days={days.data.own}
        counterparts={counterparts.data}
        onGo={onGo}
        action={
          takesLists ? (
            <Button type="primary" onClick={() => onGo({ send: '1' })}>
              {t('send.title')}
            </Button>
          ) : null
        }
      />
      <CaseTable cases={cases.data} counterparts={counterparts.data} onOpen={(id) => onGo({ case: id })} />
      <ClosedDays closes={days.data.closes} />
      <MonthTable month={month} months={months.data} counterparts={counterparts.data} may={false} act={act} isOwn onOpen={(id) => onGo({ owed: id })} />
    </>
  );
}
