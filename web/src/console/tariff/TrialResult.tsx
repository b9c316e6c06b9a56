import { useTranslation } from 'react-i18next';
import { formatYuan, minus } from '../../shared/clearing/money';
import type settlement from '../../shared/i18n/zh/settlement.json';
import styles from './Tariff.module.css';
import type { Reckoning, Split } from './useTariff';

const PAYERS = ['basic', 'serious', 'assistance', 'poverty', 'subsidy', 'commercial'] as const;

/** Both ways of sharing beside each other: each payer, the own money, and how each was reckoned. */
export function TrialResult({ splits }: { splits: Split[] }) {
  const { t } = useTranslation(['tariff', 'settlement']);
  const tried = splits.find(({ is }) => is === 'tried');
  const inForce = splits.find(({ is }) => is === 'in-force');
  if (!tried) return null;
  const sides = inForce ? [tried, inForce] : [tried];
  const payers = PAYERS.filter((payer) => sides.some(({ shares }) => shares.some((share) => share.payer === payer)));
  const shareOf = (split: Split, payer: string) => split.shares.find((share) => share.payer === payer);
  return (
    <div role="status" aria-label={t('trial.result')}>
      {inForce ? null : <p>{t('trial.noneInForce')}</p>}
      <table className={`data ${styles.result}`}>
        <thead>
          <tr>
            <th scope="col">{t('settlement:payerHead')}</th>
            {sides.map((split) => (
              <th key={split.is} scope="col" className="number">
                {t(`trial.is.${split.is}`)}
                <span className="muted small"> {split.rules}</span>
              </th>
            ))}
            {inForce ? (
              <th scope="col" className="number">
                {t('trial.difference')}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {payers.map((payer) => (
            <tr key={payer}>
              <th scope="row">{t(`settlement:payer.${payer}`)}</th>
              {sides.map((split) => (
                <td key={split.is} className="number">
                  {formatYuan(shareOf(split, payer)?.amount ?? '0.00')}
                  <How lines={split.reckonings.filter((line) => line.payer === payer)} />
                </td>
              ))}
              {inForce ? <Difference from={shareOf(inForce, payer)?.amount} to={shareOf(tried, payer)?.amount} /> : null}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('settlement:own')}</th>
            {sides.map((split) => (
              <td key={split.is} className="number">
                <strong>{formatYuan(split.own)}</strong>
              </td>
            ))}
            {inForce ? <Difference from={inForce.own} to={tried.own} /> : null}
          </tr>
          <tr>
            <th scope="row">{t('settlement:total')}</th>
            {sides.map((split) => (
              <td key={split.is} className="number">
                {formatYuan(split.total)}
              </td>
            ))}
            {inForce ? <td /> : null}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Difference({ from = '0.00', to = '0.00' }: { from: string | undefined; to: string | undefined }) {
  const change = minus(to, from);
  return <td className="number">{change === '0.00' ? '–' : `${change.startsWith('-') ? '' : '+'}${formatYuan(change)}`}</td>;
}

function How({ lines }: { lines: Reckoning[] }) {
  const { t } = useTranslation('settlement');
  return (
    <ul className={styles.how}>
      {lines.map((line, index) => (
        <li key={index}>{t(`what.${line.what as keyof typeof settlement.what}`, { amount: formatYuan(line.amount), base: formatYuan(line.base), percent: line.percent })}</li>
      ))}
    </ul>
  );
}
