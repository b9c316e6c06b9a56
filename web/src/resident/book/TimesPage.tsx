import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay, formatTime } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useBooking, useTimes, type Change } from '../requests/booking';
import { usePerson } from '../requests/person';
import { useNavigate, useParams, useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Empty, Faces, Failed } from '../ui/ui';
import styles from './Book.module.css';

/** Which day, which time. What is chosen is held at once, so that it is there when it is confirmed; with `move` a booking is moved there. */
export function TimesPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const navigate = useNavigate();
  const { id = '' } = useParams();
  const [query] = useSearchParams();
  const move = query.get('move');
  const hospital = query.get('hospital');
  const times = useTimes(id);
  const booking = useBooking();
  const [day, setDay] = useState<string>();
  const [slot, setSlot] = useState<string>();
  const days = times.data ?? [];
  const shown = days.find((one) => one.day === day) ?? days.find(({ free }) => free > 0) ?? days[0];
  const chosen = shown?.times.find((time) => time.slot === slot && time.free > 0);
  const next = () => {
    if (!chosen) return;
    const change: Change = move ? { path: `${move}/$reschedule`, values: { slot: chosen.slot } } : { path: '$hold', values: { slot: chosen.slot, patient: person.id } };
    booking.mutate(change, { onSuccess: (appointment) => navigate(`/book/held/${appointment.id ?? ''}`, { replace: Boolean(move) }) });
  };
  // A day that is full has a line; who moves a booking has a place already.
  const line = !move && shown?.free === 0 ? shown.times[0]?.schedule : undefined;
  const wait = () => {
    if (line && shown) booking.mutate({ path: '$join', values: { schedule: line, day: shown.day, patient: person.id } }, { onSuccess: () => navigate('/bookings') });
  };
  const where = query.get('at');
  return (
    <Page
      title={t(move ? 'book.moveTo' : 'book.time', { name: query.get('name') ?? '' })}
      back={move ? '/bookings' : hospital ? `/book/hospital/${hospital}` : '/book'}
      fixed={Boolean(move)}
      bottom={
        <Bottom>
          {line ? (
            <Button kind="primary" wide busy={booking.isPending} onClick={wait}>
              {t('book.join')}
            </Button>
          ) : (
            <Button kind="primary" wide busy={booking.isPending} disabled={!chosen} onClick={next}>
              {chosen ? t(move ? 'book.moveNow' : 'book.holdNow', { time: formatTime(chosen.start) }) : t('book.chooseTime')}
            </Button>
          )}
        </Bottom>
      }
    >
      {where ? <p className="muted">{where}</p> : null}
      {booking.error ? <Failed error={booking.error} /> : null}
      <Faces query={times} isEmpty={(all) => all.length === 0} empty={<Empty title={t('book.noTimes')}>{t('book.noTimesHint')}</Empty>}>
        {(all) => (
          <>
            <div className={styles.days} role="group" aria-label={t('book.day')}>
              {all.map((one) => (
                <button key={one.day} type="button" aria-pressed={one === shown} onClick={() => setDay(one.day)}>
                  <span>{formatDay(one.day, language).slice(5)}</span>
                  <span className="small">{one.free > 0 ? t('book.free', { count: one.free }) : t('book.full')}</span>
                </button>
              ))}
            </div>
            <div className={styles.times} role="group" aria-label={t('book.times')}>
              {shown?.times.map((time) => (
                <button key={time.slot} type="button" className={styles.time} disabled={time.free === 0} aria-pressed={time.slot === slot} onClick={() => setSlot(time.slot)}>
                  <span>{formatTime(time.start)}</span>
                  <span className="small">{time.free > 0 ? t('book.free', { count: time.free }) : t('book.full')}</span>
                </button>
              ))}
            </div>
            {line ? <p>{t('book.joinHint')}</p> : null}
            {shown?.times[0] ? <p className="muted">{shown.times[0].fee > 0 ? t('book.fee', { fee: shown.times[0].fee.toFixed(2) }) : t('book.noFee')}</p> : null}
          </>
        )}
      </Faces>
    </Page>
  );
}
