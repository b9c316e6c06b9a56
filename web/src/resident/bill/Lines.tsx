import { useTranslation } from 'react-i18next';
import { formatPrice, formatYuan, type Day } from '../requests/bills';
import { Tag } from '../ui/ui';
import styles from './Bill.module.css';

const KNOWN = ['A', 'B', 'C'];

/** The lines of a bill: what was charged; what was cancelled struck out, with the word for it. */
export function Lines({ day }: { day: Day }) {
  const { t } = useTranslation('resident');
  return (
    <ul className={styles.lines}>
      {day.shown.map((line) => {
        const struck = line.standing === 'struck';
        const Name = struck ? 's' : 'span';
        const Amount = struck ? 's' : 'b';
        return (
          <li key={line.key}>
            <Name className={styles.name}>{line.name}</Name>
            <Amount className={styles.amount}>{line.amount === undefined ? t('bill.noPrice') : formatYuan(line.amount)}</Amount>
            <span className={styles.note}>
              {[
                line.price === undefined ? undefined : `${formatPrice(line.price)} × ${line.quantity ?? 1}${line.unit ?? ''}`,
                line.price === undefined && line.quantity !== undefined ? `${line.quantity}${line.unit ?? ''}` : undefined,
                line.code,
              ]
                .filter(Boolean)
                .join(t('dot'))}{' '}
              {line.insurance ? <Tag>{KNOWN.includes(line.insurance) ? t(`bill.insurance.${line.insurance as 'A'}`) : line.insurance}</Tag> : null}{' '}
              {line.standing === 'counted' ? null : <Tag tone={struck ? 'bad' : 'plain'}>{t(`bill.standing.${line.standing as 'struck'}`)}</Tag>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
