import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Appointment } from 'fhir/r4';
import { formatDay, formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { departmentOf, doctorOf, isToCome, placeOf, useAppointments, useBooking, withOf } from '../requests/booking';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Empty, Faces, Failed, Notice, Row, Rows, Section, Tag, type Tone } from '../ui/ui';

const TONES: Partial<Record<string, Tone>> = { pending: 'warning', booked: 'good', arrived: 'running', waitlist: 'plain', noshow: 'bad' };
const STATES = ['proposed', 'pending', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error', 'checked-in', 'waitlist'] as const;
const stateOf = ({ status }: Appointment) => STATES.find((one) => one === status) ?? 'proposed';

/** The hospital and its department; only what the booking says beside the doctor. */
const whereOf = (appointment: Appointment, dot: string) => [placeOf(appointment), departmentOf(appointment)].filter((word) => word && word !== withOf(appointment)).join(dot);

/** My bookings: those to come with what can be done about them, those that are over below. */
export function BookingsPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const appointments = useAppointments(person.id);
  return (
    <Page title={t('book.mine')} back="/">
      <ButtonLink to="/book" kind="primary" wide>
        {t('book.new')}
      </ButtonLink>
      <Faces query={appointments} isEmpty={(all) => all.length === 0} empty={<Empty title={t('book.none')}>{t('book.noneHint')}</Empty>}>
        {(all) => {
          const over = all.filter((one) => !isToCome(one));
          return (
            <>
              {[...all].reverse().filter(isToCome).map((one) => (
                <ToCome key={one.id} appointment={one} />
              ))}
              {over.length > 0 ? (
                <Section title={t('book.earlier')}>
                  <Rows>
                    {over.map((one) => (
                      <Row key={one.id} title={withOf(one) || t('unknown')} tags={<Tag tone={TONES[stateOf(one)] ?? 'plain'}>{t(`book.state.${stateOf(one)}`)}</Tag>} note={[formatMoment(one.start ?? one.created, language), whereOf(one, t('dot'))].filter(Boolean).join(t('dot'))} />
                    ))}
                  </Rows>
                </Section>
              ) : null}
              {appointments.hasNextPage ? (
                <Button wide busy={appointments.isFetchingNextPage} onClick={() => void appointments.fetchNextPage()}>
                  {t('more')}
                </Button>
              ) : null}
            </>
          );
        }}
      </Faces>
    </Page>
  );
}

function ToCome({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const booking = useBooking();
  const [asks, setAsks] = useState(false);
  const id = appointment.id ?? '';
  const doctor = doctorOf(appointment);
  const state = stateOf(appointment);
  return (
    <section className="card" style={{ display: 'grid', gap: '0.5rem' }} aria-label={withOf(appointment)}>
      <h2 style={{ display: 'flex', flexWrap: 'wrap', gap: '0.5rem', alignItems: 'center' }}>
        {withOf(appointment) || t('unknown')}
        <Tag tone={TONES[state] ?? 'plain'}>{t(`book.state.${state}`)}</Tag>
      </h2>
      <p className="muted">{whereOf(appointment, t('dot'))}</p>
      <p>{appointment.start ? formatMoment(appointment.start, language) : formatDay(appointment.requestedPeriod?.[0]?.start, language)}</p>
      {booking.error ? <Failed error={booking.error} /> : null}
      {asks ? (
        <Notice tone="warning" title={t('book.cancelAsk')}>
          <Actions>
            <Button kind="danger" busy={booking.isPending} onClick={() => booking.mutate({ path: `${id}/$cancel`, values: {} })}>
              {t('book.cancel')}
            </Button>
            <Button onClick={() => setAsks(false)}>{t('book.keep')}</Button>
          </Actions>
        </Notice>
      ) : state === 'arrived' ? null : (
        <Actions>
          {state === 'pending' ? (
            <ButtonLink to={`/book/held/${id}`} kind="primary">
              {t('book.confirmNow')}
            </ButtonLink>
          ) : null}
          {state === 'booked' && doctor ? <ButtonLink to={`/book/doctor/${doctor}?${new URLSearchParams({ move: id, name: withOf(appointment) }).toString()}`}>{t('book.move')}</ButtonLink> : null}
          <Button onClick={() => setAsks(true)}>{t('book.cancel')}</Button>
        </Actions>
      )}
    </section>
  );
}
