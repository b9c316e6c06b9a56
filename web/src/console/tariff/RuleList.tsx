import { useTranslation } from 'react-i18next';
import { formatYuan } from '../../shared/clearing/money';
import { useLanguage } from '../../shared/i18n/i18n';
import type settlement from '../../shared/i18n/zh/settlement.json';
import type texts from '../../shared/i18n/zh/tariff.json';
import styles from './Tariff.module.css';
import type { Rule } from './useTariff';

const LEVELS = [0, 1, 2] as const;
const yuan = (fen: number) => formatYuan((fen / 100).toFixed(2));
const atLevel = (value: number | number[], level: number) => (typeof value === 'number' ? value : (value[level] ?? 0));

/** Who pays what of what, in the order in which they pay. */
export function RuleList({ rules }: { rules: Rule[] }) {
  const { t } = useTranslation('tariff');
  return (
    <section className={`card ${styles.card}`} aria-labelledby="order">
      <div>
        <h2 id="order">{t('rules.order')}</h2>
        <p className="muted small">{t('rules.orderHint')}</p>
      </div>
      <ol className={styles.rules}>
        {rules.map((rule) => (
          <One key={rule.id} rule={rule} />
        ))}
      </ol>
    </section>
  );
}

function One({ rule }: { rule: Rule }) {
  const { t } = useTranslation(['tariff', 'settlement']);
  const language = useLanguage();
  const words = (kind: 'scheme' | 'setting' | 'group', all: string[]) => all.map((one) => t(`${kind}.${one}` as `scheme.${keyof typeof texts.scheme}`)).join(t('or'));
  const deductible = rule.deductible;
  const limit = rule['own-at-most-percent'];
  const says: [string, string][] = [
    [t('rule.for'), [words('scheme', rule.schemes ?? ['insured']), rule.settings ? words('setting', rule.settings) : t('setting.any'), rule.groups ? words('group', rule.groups) : ''].filter(Boolean).join(' · ')],
    [t('rule.base'), t(`base.${rule.base ?? 'eligible'}`)],
    ...(limit === undefined ? [] : [[t('rule.limit'), t('rule.limitSays', { percent: limit })] as [string, string]]),
    ...(rule.points ? [[t('rule.points'), Object.entries(rule.points).map(([mark, points]) => t('rule.point', { mark: t(`settlement:mark.${mark as keyof typeof settlement.mark}`), points: points > 0 ? `+${points}` : points })).join(t('comma'))] as [string, string]] : []),
    ...(rule.ceiling === undefined ? [] : [[t('rule.ceiling'), t('rule.ceilingSays', { amount: yuan(rule.ceiling) })] as [string, string]]),
  ];
  const sameEverywhere = (deductible === undefined || typeof deductible === 'number') && rule.bands.every(({ percent }) => typeof percent === 'number');
  const levels = sameEverywhere ? [0] : LEVELS;
  return (
    <li>
      <h3>
        {t(`settlement:payer.${rule.payer as keyof typeof settlement.payer}`)}
        <span className="muted">{language === 'zh' ? rule.zh : rule.en}</span>
      </h3>
      <dl className={styles.says}>
        {says.map(([what, sentence]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{sentence}</dd>
          </div>
        ))}
      </dl>
      <div className="data-scroll" role="region" aria-label={t('rule.bands', { rule: language === 'zh' ? rule.zh : rule.en })} tabIndex={0}>
        <table className={`data ${styles.bands}`}>
          <thead>
            <tr>
              <th scope="col">{t('rule.part')}</th>
              {levels.map((level) => (
                <th key={level} scope="col" className="number">
                  {sameEverywhere ? t('level.all') : t(`level.${String(level + 1) as '1'}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {deductible === undefined ? null : (
              <tr>
                <th scope="row">{t(`rule.deductible.${rule.per ?? 'stay'}`)}</th>
                {levels.map((level) => (
                  <td key={level} className="number">
                    {yuan(atLevel(deductible, level))}
                  </td>
                ))}
              </tr>
            )}
            {rule.bands.map((band, index) => (
              <tr key={index}>
                <th scope="row">{partOf(t, rule, index)}</th>
                {levels.map((level) => (
                  <td key={level} className="number">
                    {atLevel(band.percent, level)}%
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </li>
  );
}

/** Which part of the amount a band is. */
function partOf(t: ReturnType<typeof useTranslation<['tariff', 'settlement']>>['t'], { bands }: Rule, index: number): string {
  const from = bands[index - 1]?.['up-to'];
  const to = bands[index]?.['up-to'];
  if (from === undefined) return to === undefined ? t('rule.rest') : t('rule.upTo', { to: yuan(to) });
  return to === undefined ? t('rule.above', { from: yuan(from) }) : t('rule.between', { from: yuan(from), to: yuan(to) });
}
