import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useOrders } from '../../shared/pay/orders';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Empty, Faces, Row, Rows, Tag } from '../ui/ui';
import { TONES } from './tones';
import '../payTexts';

/** 我的缴费: each payment leads to its receipt. */
export function PaymentsPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const orders = useOrders(person.id);
  return (
    <Page title={t('pay.mine')} back="/mine">
      <Faces query={orders} isEmpty={(all) => all.length === 0} empty={<Empty title={t('pay.none')}>{t('pay.noneHint')}</Empty>}>
        {(all) => (
          <Rows label={t('pay.mine')}>
            {all.map((one) => (
              <Row
                key={one.id}
                to={`/payments/${one.id}`}
                title={`${one.what} ¥${one.amount}`}
                tags={<Tag tone={TONES[one.state]}>{t(`pay.states.${one.state}`)}</Tag>}
                note={[formatMoment(one.paid ?? one.created, language), one.refunded && Number(one.refunded) > 0 ? t('pay.refundedSum', { amount: one.refunded }) : ''].filter(Boolean).join(' · ')}
              />
            ))}
          </Rows>
        )}
      </Faces>
    </Page>
  );
}
