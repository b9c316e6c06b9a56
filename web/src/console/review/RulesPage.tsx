import '../../shared/prescription/texts';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import type { Severity } from '../../shared/prescription/prescriptions';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import { Head } from './Head';
import styles from './Review.module.css';
import { useRules, type Rule, type RuleState } from './useRules';

export const RULE_TONES: Record<RuleState, Tone> = { draft: 'warning', trial: 'running', live: 'good', retired: 'plain', replaced: 'plain' };
const SEVERITY_TONES: Record<Severity, Tone> = { forbid: 'bad', block: 'bad', warn: 'warning', info: 'plain' };
const SEVERITIES: readonly Severity[] = ['forbid', 'block', 'warn', 'info'];
const STATES: readonly RuleState[] = ['live', 'trial', 'draft', 'replaced', 'retired'];

/** 审方规则: what prescriptions are judged by, shipped and the region's own. */
export function RulesPage() {
  const { t } = useTranslation('prescription');
  const language = useLanguage();
  const { data, error, refetch } = useRules();
  const [address, setAddress] = useSearchParams();
  const [severity, state, words] = [address.get('severity') ?? '', address.get('state') ?? '', address.get('q') ?? ''];
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(address);
    if (value) next.set(name, value);
    else next.delete(name);
    setAddress(next, { replace: true, preventScrollReset: true });
  };
  const shown = data?.filter((rule) => (!severity || rule.severity === severity) && (!state || rule.state === state) && (!words || `${rule.title} ${rule.rule} ${rule.kind}`.toLowerCase().includes(words.toLowerCase())));
  return (
    <div className={styles.page}>
      <PageTitle page={t('rules.title')} />
      <Head title={t('rules.title')} />
      <p className="muted">{t('rules.lead')}</p>
      <div className={styles.filters}>
        <label>
          {t('rules.severity')}
          <select value={severity} onChange={(event) => set('severity', event.target.value)}>
            <option value="">{t('rules.all')}</option>
            {SEVERITIES.map((one) => (
              <option key={one} value={one}>
                {t(`severity.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('rules.state')}
          <select value={state} onChange={(event) => set('state', event.target.value)}>
            <option value="">{t('rules.all')}</option>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`rules.states.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('rules.words')}
          <input type="search" value={words} onChange={(event) => set('q', event.target.value)} />
        </label>
      </div>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={10} /> : null}
      {shown?.length === 0 ? <NothingHere title={t('rules.none')} /> : null}
      {shown && shown.length > 0 ? (
        <div className={`card ${styles.scroll}`} tabIndex={0} role="region" aria-label={t('rules.title')}>
          <p className="muted small">{t('rules.list', { number: formatCount(shown.length, language) })}</p>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t('rules.name')}</th>
                <th scope="col">{t('rules.severity')}</th>
                <th scope="col">{t('rules.code')}</th>
                <th scope="col">{t('rules.state')}</th>
                <th scope="col">{t('rules.source')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((rule) => (
                <Line key={`${rule.rule} ${rule.version}`} rule={rule} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </div>
  );
}

function Line({ rule }: { rule: Rule }) {
  const { t } = useTranslation('prescription');
  return (
    <tr>
      <th scope="row" className={styles.title}>
        <Link to={`/review/rules/${rule.rule}/${rule.version}`}>{rule.off ? t('rules.off') : rule.title || t('rules.unnamed')}</Link>
        <span className="muted small">
          {rule.rule} · {t('rules.version', { version: rule.version })}
          {rule.shipped ? ` · ${t('rules.shipped')}` : ''}
        </span>
      </th>
      <td>{rule.severity && !rule.off ? <StatusTag tone={SEVERITY_TONES[rule.severity]}>{t(`severity.${rule.severity}`)}</StatusTag> : null}</td>
      <td>{rule.code}</td>
      <td>
        <StatusTag tone={RULE_TONES[rule.state]}>{t(`rules.states.${rule.state}`)}</StatusTag>
      </td>
      <td className="muted">{rule.source}</td>
    </tr>
  );
}
