import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { CaseCard, CaseTag } from '../../shared/supervision/CaseCard';
import styles from '../../shared/supervision/Supervision.module.css';
import '../../shared/supervision/texts';
import { STATES, useCases } from '../../shared/supervision/useSupervision';

/** 监管案件: the list, and the one chosen with its hits, evidence, what happened and the steps open to the reader. */
export function CasesPage() {
  const { t } = useTranslation('supervision');
  const language = useLanguage();
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((one) => one === query.get('state'));
  const list = useCases(state);
  const chosen = query.get('id') ?? list.data?.[0]?.task;
  const set = (name: string, value: string | undefined) =>
    setQuery(
      (now) => {
        if (value === undefined) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <div className={styles.page}>
      <PageTitle page={t('case.title')} />
      <div className={styles.head}>
        <h1>{t('case.title')}</h1>
        <nav className={styles.links} aria-label={t('more')}>
          <Link to="/supervision">{t('back')}</Link>
          <Link to="/supervision/rules">{t('rules')}</Link>
        </nav>
      </div>
      <p className="muted">{t('case.lead')}</p>
      <div className={styles.scroll}>
        <Segmented value={state ?? 'all'} options={[{ value: 'all', label: t('case.all') }, ...STATES.map((value) => ({ value, label: t(`state.${value}`) }))]} onChange={(value) => set('state', value === 'all' ? undefined : value)} />
      </div>
      <div className={styles.columns}>
        {chosen === undefined ? <div /> : <CaseCard key={chosen} task={chosen} links />}
        <section className={`card ${styles.card}`} aria-label={t('case.title')}>
          {list.data === undefined ? (
            list.error ? (
              <LoadFailed error={list.error} onRetry={() => void list.refetch()} />
            ) : (
              <LoadingLines rows={6} />
            )
          ) : list.data.length === 0 ? (
            <NothingHere title={t('case.none')}>{t('case.noneHint')}</NothingHere>
          ) : (
            <ul className={styles.list}>
              {list.data.map((one) => (
                <li key={one.task}>
                  <button type="button" className={styles.item} aria-pressed={one.task === chosen} onClick={() => set('id', one.task)}>
                    <span className={styles.row}>
                      <strong>{one.institution?.display ?? one.institution?.reference}</strong>
                      <CaseTag state={one.state} />
                    </span>
                    <span className="muted small">
                      {t('case.opened')} {formatMoment(one.opened, language)}
                      {one.deadline ? ` · ${t('case.deadline')} ${formatMoment(one.deadline, language)}` : ''}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </div>
  );
}
