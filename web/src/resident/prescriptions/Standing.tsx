import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chargedIn, type Counted, type DrugLeft, type Whole } from '../../shared/dispensing/circulations';
import { formatDay, formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Payment } from './Payment';
import { codeOf, useCirculation, useGiven, useRecall } from '../requests/dispensing';
import { Actions, Button, ButtonLink, Choice, Choices, Faces, Failed, Notice, Row, Rows, Section, Tag, type Tone } from '../ui/ui';

/** Where a prescription that counts is: what to do next, who holds it, what was given, and what somebody tried with it. */
export function Standing({ task }: { task: string }) {
  const circulation = useCirculation(task);
  return <Faces query={circulation} cards={1}>{(whole) => <Shown task={task} whole={whole} />}</Faces>;
}

function Shown({ task, whole: { circulation, drugs, counted, attempts } }: { task: string; whole: Whole }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const { state, token, shopName = '', way } = circulation;
  const rest = drugs.filter(({ left }) => left > 0);
  const given = counted.filter((one) => one.state !== 'back');
  const until = formatMoment(circulation.until, language);
  return (
    <>
      {state === 'available' && !token ? (
        <Notice title={t(given.length > 0 ? 'take.restTitle' : 'take.title')}>
          {given.length > 0 ? <p>{t('take.rest', { drugs: leftOf(rest, t('dot')) })}</p> : null}
          <p>{t('take.until', { until })}</p>
          <Actions>
            <ButtonLink to={`/prescriptions/${task}/take`} kind="primary">
              {t('take.where')}
            </ButtonLink>
          </Actions>
        </Notice>
      ) : null}
      {state === 'available' && token ? (
        <Notice title={way && way !== 'pickup' ? t('take.sentTo', { shop: shopName }) : t('take.ready')}>
          <p>{way && way !== 'pickup' ? t(`take.sentHint.${way}`) : shopName ? t('take.readyAt', { shop: shopName }) : t('take.readyAny')}</p>
          <p>{t('take.until', { until })}</p>
          <Actions>
            <ButtonLink to={`/prescriptions/${task}/code`} kind="primary">
              {t(codeOf(task) ? 'take.show' : 'take.code')}
            </ButtonLink>
            <ButtonLink to={`/prescriptions/${task}/take`}>{t('take.change')}</ButtonLink>
          </Actions>
        </Notice>
      ) : null}
      {state === 'locked' ? (
        <Notice title={t('take.locked', { shop: shopName })}>
          <p>{t('take.lockedHint', { until: formatMoment(circulation.held, language) })}</p>
          {circulation.open.includes('recall') ? <Recall task={task} shop={shopName} /> : null}
        </Notice>
      ) : null}
      {state === 'dispensed' ? (
        <Notice tone="good" title={t(rest.length > 0 ? 'take.dispensedPart' : 'take.dispensed', { shop: shopName })}>
          <p>{rest.length > 0 ? t('take.rest', { drugs: leftOf(rest, t('dot')) }) : t(`take.dispensedHint.${way ?? 'pickup'}`)}</p>
        </Notice>
      ) : null}
      {state === 'dispensed' ? <Payment charged={chargedIn(counted)} /> : null}
      {state === 'completed' || state === 'expired' || state === 'cancelled' ? (
        <Notice {...(state === 'completed' ? { tone: 'good' as const } : { tone: 'warning' as const })} title={state === 'completed' && rest.length > 0 ? t('take.overPart') : t(`take.over.${state}`)}>
          <p>{t(`take.overHint.${state}`)}</p>
          {state === 'completed' && rest.length > 0 ? <p>{t('take.never', { drugs: leftOf(rest, t('dot')) })}</p> : null}
        </Notice>
      ) : null}
      {circulation.parcel ? (
        <Rows>
          <Row to={`/prescriptions/${task}/parcel/${circulation.parcel}`} title={t('parcel.title')} note={t('parcel.note')} />
        </Rows>
      ) : null}
      {counted.length > 0 ? <Given counted={counted} drugs={drugs} /> : null}
      {attempts.length > 0 ? (
        <Section title={t('take.attempts')}>
          <p className="muted small">{t('take.attemptsHint')}</p>
          <Rows label={t('take.attempts')}>
            {attempts.map((one, index) => (
              <Row key={index} title={t(`take.attempt.${one.what}`)} note={[one.shop, formatMoment(one.at, language)].filter(Boolean).join(t('dot'))} />
            ))}
          </Rows>
        </Section>
      ) : null}
    </>
  );
}

const leftOf = (drugs: readonly DrugLeft[], dot: string): string => drugs.map(({ name, left, unit }) => `${name} ${left} ${unit}`).join(dot);

const TONES: Record<Counted['state'], Tone> = { out: 'running', handed: 'good', back: 'plain' };

function Given({ counted, drugs }: { counted: readonly Counted[]; drugs: readonly DrugLeft[] }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const given = useGiven(counted.map(({ dispense }) => dispense));
  return (
    <Section title={t('take.given')}>
      <Rows label={t('take.given')}>
        {counted.map((one) => {
          const product = given.data?.get(one.dispense);
          const drug = drugs.find(({ request }) => request === one.request);
          return (
            <Row
              key={one.dispense}
              title={`${product?.name || (drug?.name ?? '')} ${one.quantity} ${product?.unit || (drug?.unit ?? '')}`}
              tags={<Tag tone={TONES[one.state]}>{t(`take.counted.${one.state}`)}</Tag>}
              note={[
                product?.batch ? t('take.batch', { batch: product.batch }) : '',
                product?.expires ? t('take.expires', { day: formatDay(product.expires, language) }) : '',
                one.traces.length > 0 ? t('take.traces', { traces: one.traces.join(t('comma')) }) : '',
                `¥${one.price}`,
                one.shop,
                formatMoment(one.at, language),
              ]
                .filter(Boolean)
                .join(t('dot'))}
            />
          );
        })}
      </Rows>
    </Section>
  );
}

const WHY = ['slow', 'elsewhere', 'mistaken'] as const;

/** Takes it out of the pharmacy's hands; asked for twice, since somebody may be counting pills. */
function Recall({ task, shop }: { task: string; shop: string }) {
  const { t } = useTranslation('resident');
  const recall = useRecall(task);
  const [asked, setAsked] = useState(false);
  const [why, setWhy] = useState<(typeof WHY)[number]>('slow');
  if (!asked)
    return (
      <Actions>
        <Button onClick={() => setAsked(true)}>{t('take.recall')}</Button>
      </Actions>
    );
  return (
    <>
      <p>{t('take.recallHint', { shop })}</p>
      <Choices legend={t('take.why')}>
        {WHY.map((one) => (
          <Choice key={one} type="radio" name="why" checked={why === one} onChange={() => setWhy(one)} title={t(`take.reason.${one}`)} />
        ))}
      </Choices>
      {recall.error ? <Failed error={recall.error} /> : null}
      <Actions>
        <Button kind="danger" busy={recall.isPending} onClick={() => recall.mutate(t(`take.reason.${why}`))}>
          {t('take.recallNow')}
        </Button>
        <Button onClick={() => setAsked(false)}>{t('take.keep')}</Button>
      </Actions>
    </>
  );
}
