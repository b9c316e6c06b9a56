import { useTranslation } from 'react-i18next';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { formatYuan, useBill } from '../requests/bills';
import { usePerson } from '../requests/person';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Empty, Faces, Facts, Section } from '../ui/ui';
import styles from './Bill.module.css';
import { Lines } from './Lines';
import '../resultsTexts';

/** 每日清单: the lines of a day, on paper too. */
export function DayPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const { id = '', day = '' } = useParams();
  const bill = useBill(id, day);
  return (
    <Page title={t('bill.dayTitle', { day: formatDay(day, language) })} back={`/stays/${id}`}>
      <Faces query={bill}>
        {(one) => {
          const at = one.days.findIndex(({ date }) => date === day);
          const shown = one.days[at];
          if (!shown)
            return (
              <Empty title={t('bill.noDay')}>
                <ButtonLink to={`/stays/${id}`}>{t('bill.allDays')}</ButtonLink>
              </Empty>
            );
          const before = one.days[at - 1];
          return (
            <>
              <article className={styles.paper}>
                <h2 className={styles.letterhead}>{t('bill.letterhead', { where: one.institution ?? '' })}</h2>
                <div className="card">
                  <p className={styles.figure}>
                    <span className="muted">{t('bill.sum')}</span>
                    <b>{formatYuan(shown.sum)}</b>
                  </p>
                  <Facts
                    facts={[
                      { name: t('bill.who'), value: person.name },
                      { name: t('bill.day'), value: formatDay(day, language) },
                      { name: t('bill.untilDay'), value: formatYuan(one.total) },
                      ...(one.deposit === undefined ? [] : [{ name: t('bill.deposit'), value: formatYuan(one.deposit) }]),
                    ]}
                  />
                </div>
                {shown.categories.length > 1 ? (
                  <Section title={t('bill.categories')}>
                    <ul className={styles.lines} data-close>
                      {shown.categories.map(({ code, sum }) => (
                        <li key={code}>
                          <span>{t(`bill.category.${(code || 'other') as 'other'}`, { defaultValue: code })}</span>
                          <span className={styles.amount}>{formatYuan(sum)}</span>
                        </li>
                      ))}
                    </ul>
                  </Section>
                ) : null}
                <Section title={t('bill.items')}>
                  <Lines day={shown} />
                </Section>
                <p className="muted small">{t('bill.plain')}</p>
              </article>
              <div className={styles.screen}>
                <Actions>
                  <Button kind="primary" onClick={() => print()}>
                    {t('bill.print')}
                  </Button>
                  {before ? <ButtonLink to={`/stays/${id}/${before.date}`}>{t('bill.before')}</ButtonLink> : null}
                  <ButtonLink to={`/stays/${id}`}>{t('bill.allDays')}</ButtonLink>
                </Actions>
              </div>
            </>
          );
        }}
      </Faces>
    </Page>
  );
}
