import { useTranslation } from 'react-i18next';
import type { Appointment } from 'fhir/r4';
import { formatMoment, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { departmentOf, feeOf, heldUntilOf, placeOf, useAddress, useAppointment, useBooking, withOf } from '../requests/booking';
import { isPaidOnline } from '../../shared/pay/orders';
import { usePerson } from '../requests/person';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Faces, Failed, Notice } from '../ui/ui';
import styles from './Book.module.css';

/** The held place, to be confirmed; then that it is booked. */
export function HeldPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const appointment = useAppointment(id);
  return (
    <Page title={t(appointment.data?.status === 'pending' ? 'book.confirm' : 'book.booking')} back="/bookings" fixed>
      <Faces query={appointment} cards={1}>
        {(one) => <Held appointment={one} />}
      </Faces>
    </Page>
  );
}

function Held({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const booking = useBooking();
  const fee = feeOf(appointment);
  const until = heldUntilOf(appointment);
  const place = placeOf(appointment);
  const address = useAddress(appointment);
  const isPending = appointment.status === 'pending';
  return (
    <>
      {appointment.status === 'booked' ? <Notice tone="good" role="status" title={t('book.done')}>{t('book.doneHint')}</Notice> : null}
      {appointment.status === 'cancelled' ? <Notice tone="warning" role="status" title={t('book.state.cancelled')}>{t('book.cancelledHint')}</Notice> : null}
      {isPending && until ? <Notice tone="warning" title={t('book.heldUntil', { time: formatTime(until) })}>{t('book.heldHint')}</Notice> : null}
      <section className="card">
        <dl className={styles.facts}>
          <dt>{t('book.who')}</dt>
          <dd>{person.name}</dd>
          <dt>{t('book.with')}</dt>
          <dd>{[withOf(appointment), departmentOf(appointment)].filter(Boolean).join(t('dot'))}</dd>
          {place && place !== withOf(appointment) ? (
            <>
              <dt>{t('book.where')}</dt>
              <dd>
                {place}
                {address ? <span className={`muted small ${styles.address}`}>{address}</span> : null}
              </dd>
            </>
          ) : null}
          <dt>{t('book.when')}</dt>
          <dd>{formatMoment(appointment.start, language)}</dd>
          <dt>{t('book.cost')}</dt>
          <dd>{fee > 0 ? t(isPending ? 'book.toPay' : isPaidOnline(appointment) ? 'book.paidOnline' : 'book.atCounter', { fee: fee.toFixed(2) }) : t('book.noFee')}</dd>
        </dl>
      </section>
      {booking.error ? <Failed error={booking.error} /> : null}
      {isPending ? (
        <Actions>
          {fee > 0 ? (
            <ButtonLink to={`/book/pay/${appointment.id ?? ''}`} kind="primary" wide>
              {t('book.payOnline', { fee: fee.toFixed(2) })}
            </ButtonLink>
          ) : null}
          <Button kind={fee > 0 ? 'default' : 'primary'} wide busy={booking.isPending} onClick={() => booking.mutate({ path: `${appointment.id ?? ''}/$book`, values: fee > 0 ? { payment: 'counter' } : {}, version: appointment.meta?.versionId })}>
            {t(fee > 0 ? 'book.payAtCounter' : 'book.confirmNow')}
          </Button>
          <Button wide busy={booking.isPending} onClick={() => booking.mutate({ path: `${appointment.id ?? ''}/$cancel`, values: {} })}>
            {t('book.giveBack')}
          </Button>
        </Actions>
      ) : (
        <ButtonLink to="/bookings" wide>
          {t('book.mine')}
        </ButtonLink>
      )}
    </>
  );
}
