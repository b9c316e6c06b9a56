import { useTranslation } from 'react-i18next';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { formatYuan, useBill, type Bill } from '../requests/bills';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Empty, Faces, Facts, Notice, Section } from '../ui/ui';
import { Link } from '../router';
import styles from './Bill.module.css';
import { Lines } from './Lines';
import '../resultsTexts';

/** One stay: what it cost until now, and each day. */
export function StayPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const bill = useBill(id);
  return (
    <Page title={t('bill.title')} back="/stays">
      <Faces query={bill}>
        {(one) => (
          <>
            <Totals bill={one} />
            {one.days.length === 0 && !one.undated ? (
              <Empty title={t('bill.none')}>{t('bill.noneHint')}</Empty>
            ) : (
              <Section title={t('bill.days')}>
                <Days stay={id} bill={one} />
              </Section>
            )}
            {one.undated ? (
              <Section title={t('bill.undated')}>
                <Lines day={one.undated} />
              </Section>
            ) : null}
            <p className="muted small">{t('bill.plain')}</p>
          </>
        )}
      </Faces>
    </Page>
  );
}

function Totals({ bill }: { bill: Bill }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  return (
    <>
      {bill.balance !== undefined && bill.balance < 0 ? (
        <Notice tone="warning" title={t('bill.owing', { amount: formatYuan(-bill.balance) })}>
          <p>{t('bill.owingHint')}</p>
        </Notice>
      ) : null}
      <div className="card">
        <p className={styles.figure}>
          <span className="muted">{t('bill.total')}</span>
          <b>{formatYuan(bill.total)}</b>
        </p>
        <Facts
          facts={[
            { name: t('bill.where'), value: bill.institution ?? t('unknown') },
            { name: t('bill.when'), value: <Span from={formatDay(bill.admitted, language)} to={bill.discharged ? formatDay(bill.discharged, language) : t('bill.now')} /> },
            ...(bill.deposit === undefined ? [] : [{ name: t('bill.deposit'), value: formatYuan(bill.deposit) }]),
            ...(bill.balance === undefined || bill.balance < 0 ? [] : [{ name: t('bill.balance'), value: formatYuan(bill.balance) }]),
          ]}
        />
      </div>
    </>
  );
}

/** Two days, broken between them if anywhere. */
const Span = ({ from, to }: { from: string; to: string }) => (
  <>
    <span className={styles.whole}>{from} –</span> <span className={styles.whole}>{to}</span>
  </>
);

/** Each day with its sum, and a bar from nought that shows which were the dear ones. */
function Days({ stay, bill }: { stay: string; bill: Bill }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const most = Math.max(...bill.days.map(({ sum }) => sum), 0.01);
  return (
    <ol className={styles.days}>
      {bill.days.map((day) => (
        <li key={day.date}>
          <Link to={`/stays/${stay}/${day.date}`} className={styles.day}>
            <span>{formatDay(day.date, language)}</span>
            <b>{formatYuan(day.sum)}</b>
            <span className={styles.bar} aria-hidden="true">
              <span style={{ inlineSize: `${Math.max(0, (day.sum / most) * 100)}%` }} />
            </span>
            <span className={styles.note}>
              {t('bill.lines', { count: day.lines })}
              {t('dot')}
              {t('bill.until', { amount: formatYuan(day.total) })}
              {day.unsettled > 0 ? `${t('dot')}${t('bill.unsettledCount', { count: day.unsettled })}` : ''}
            </span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
