import '../../shared/visit/texts';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { idOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Conversation } from '../../shared/visit/Conversation';
import { useSeen, useTalk } from '../../shared/visit/useTalk';
import { further, isFeeOpen, type Visit } from '../../shared/visit/visits';
import { useOrders as usePayments } from '../../shared/pay/orders';
import { TONES as PRESCRIPTION_TONES } from '../prescriptions/PrescriptionsPage';
import '../prescriptions/texts';
import { usePrescriptions } from '../requests/prescriptions';
import { useAgree, useConsentWords, useNote, useOnlineVisits, useOrders, useWithdraw } from '../requests/visit';
import { useParams } from '../router';
import { Addenda } from '../ui/Addenda';
import { Page } from '../ui/Page';
import { Actions, Bottom, Button, ButtonLink, Empty, Faces, Facts, Failed, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import { keepDraft } from './draft';
import { TONES } from './OnlineVisitsPage';
import styles from './Visit.module.css';

// What is for after a visit is fetched then.
const ComplainHere = lazy(async () => ({ default: (await import('../complaints/ComplainHere')).ComplainHere }));
const RateHere = lazy(async () => ({ default: (await import('../ratings/RateHere')).RateHere }));

/** One visit: what it waits for, the conversation, and what came of it. */
export function VisitPage() {
  const { t } = useTranslation(['resident', 'visit']);
  const { id } = useParams();
  const visits = useOnlineVisits();
  const visit = visits.data?.find((one) => one.id === id);
  if (visit) return <OfVisit key={visit.id} visit={visit} refetch={() => void visits.refetch()} />;
  return (
    <Page title={t('visit:title')} back="/online-visits" own>
      <Faces query={visits}>{() => <Empty title={t('visit:unknown')} />}</Faces>
    </Page>
  );
}

function OfVisit({ visit, refetch }: { visit: Visit; refetch: () => void }) {
  const { t } = useTranslation(['resident', 'visit']);
  const { talk, now } = useTalk(visit.id);
  useSeen(talk, now);
  const state = further(now.state, visit.state);
  // The list tells more than the line: what came of the visit.
  const isBehind = state !== visit.state;
  useEffect(() => {
    if (isBehind) refetch();
    // Once for each state; what the parent gives is new each time.
  }, [isBehind, state]);
  // What was applied for is here: the page that asked would lead away without its answers.
  useEffect(() => keepDraft(undefined), []);
  const live = { ...visit, state };
  const isTalk = state === 'in-progress';
  return (
    <Page title={visit.practitioner?.display ?? t('visit:title')} back="/online-visits" own fills={isTalk} bottom={isTalk ? null : state === 'applied' ? <Agree visit={live} /> : isFeeOpen(live) ? <Pay visit={live} /> : undefined}>
      <div className={isTalk ? styles.talking : styles.page}>
        <p className={styles.head}>
          <Tag tone={TONES[state]}>{t(`visit:state.${state}`)}</Tag>
          <span className="muted small">{[visit.department?.display, visit.diagnosis?.display].filter(Boolean).join(t('dot'))}</span>
        </p>
        {state === 'applied' ? <Words visit={live} /> : null}
        {state === 'eligible' || state === 'accepted' ? <Waiting visit={live} /> : null}
        {state === 'closed' || state === 'offline' || state === 'refunded' ? <Result visit={live} /> : null}
        <Suspense>
          {state === 'closed' || state === 'offline' ? <RateHere about={`Encounter/${visit.id}`} /> : null}
          {isTalk || state === 'applied' ? null : <ComplainHere about={`Encounter/${visit.id}`} />}
        </Suspense>
        {isTalk || now.messages.length > 0 ? <Conversation talk={talk} now={now} side="resident" open={isTalk} /> : null}
      </div>
    </Page>
  );
}

function Words({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const words = useConsentWords(visit.consent);
  return (
    <>
      <h2>{t('visit:consent')}</h2>
      <p className="muted">{t('visit:consentHint')}</p>
      <Faces query={words}>
        {(text) => (
          <div className={`card ${styles.words}`} lang="zh-CN">
            {text.split('\n').filter(Boolean).map((line) => (
              <p key={line}>{line}</p>
            ))}
          </div>
        )}
      </Faces>
      <Withdraw visit={visit} />
    </>
  );
}

function Agree({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const agree = useAgree(visit.id, visit.consent);
  return (
    <Bottom>
      {agree.error ? <Failed error={agree.error} /> : null}
      <Button kind="primary" wide busy={agree.isPending} onClick={() => agree.mutate()}>
        {t('visit:agree')}
      </Button>
    </Bottom>
  );
}

function Pay({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  return (
    <Bottom>
      <ButtonLink to={`/online-visits/pay/${visit.id}`} kind="primary" wide>
        {t('visit:payNow', { fee: visit.fee.toFixed(2) })}
      </ButtonLink>
    </Bottom>
  );
}

/** What it costs, whether that is paid, and what of it has come back. */
function Money({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const orders = usePayments(idOf(visit.patient?.reference) ?? '', visit.paid);
  const order = orders.data?.find(({ payable }) => payable === `Encounter/${visit.id}`);
  const isBack = order?.state === 'refunded';
  const state = !visit.paid ? 'open' : isBack ? 'back' : visit.refundDue ? 'owed' : 'paid';
  return (
    <Section title={t('visit:fee')}>
      <Rows>
        <Row
          {...(order ? { to: `/payments/${order.id}` } : {})}
          title={`¥${visit.fee.toFixed(2)}`}
          tags={<Tag tone={FEE_TONES[state]}>{t(`visit:feeState.${state}`)}</Tag>}
          note={order ? t('visit:receipt') : undefined}
        />
      </Rows>
    </Section>
  );
}

const FEE_TONES = { open: 'warning', paid: 'good', owed: 'running', back: 'plain' } as const;

function Waiting({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const language = useLanguage();
  return (
    <>
      {isFeeOpen(visit) ? (
        <Notice tone="warning" role="status" title={t('visit:toPay', { fee: visit.fee.toFixed(2) })}>
          <p>{t('visit:toPayHint')}</p>
        </Notice>
      ) : (
        <Notice tone="good" role="status" title={t(`visit:waiting.${visit.state === 'accepted' ? 'accepted' : 'eligible'}`)}>
          <p>{t('visit:waitingHint')}</p>
        </Notice>
      )}
      <div className="card">
        <Facts
          facts={[
            { name: t('visit:since'), value: formatMoment(visit.since, language) },
            { name: t('visit:complaint'), value: visit.complaint },
          ]}
        />
      </div>
      {visit.fee > 0 && visit.paid ? <Money visit={visit} /> : null}
      <Withdraw visit={visit} />
    </>
  );
}

function Withdraw({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const withdraw = useWithdraw(visit.id);
  const [asked, setAsked] = useState(false);
  return (
    <>
      {withdraw.error ? <Failed error={withdraw.error} /> : null}
      {asked ? (
        <Notice tone="warning" title={t('visit:withdrawSure')}>
          <Actions>
            <Button kind="danger" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {t('visit:withdraw')}
            </Button>
            <Button onClick={() => setAsked(false)}>{t('visit:stay')}</Button>
          </Actions>
        </Notice>
      ) : (
        <Button wide onClick={() => setAsked(true)}>
          {t('visit:withdraw')}
        </Button>
      )}
    </>
  );
}

/** What was prescribed in the visit, and whether it counts yet. */
function Prescribed({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const written = usePrescriptions(idOf(visit.patient?.reference) ?? '').data?.filter(({ encounter }) => encounter === visit.id) ?? [];
  if (written.length === 0) return null;
  return (
    <Section title={t('visit:prescriptions')}>
      <Rows label={t('visit:prescriptions')}>
        {written.map(({ task, drugs, state }) => (
          <Row key={task} to={`/prescriptions/${task}`} title={drugs.join(t('dot'))} tags={<Tag tone={PRESCRIPTION_TONES[state]}>{t(`prescriptions.state.${state}`)}</Tag>} />
        ))}
      </Rows>
    </Section>
  );
}

function Result({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const note = useNote(visit.note);
  const orders = useOrders(visit.id, true);
  return (
    <>
      {visit.state === 'closed' ? null : (
        <Notice tone="warning" title={t(`visit:ended.${visit.state === 'offline' ? 'offline' : 'refunded'}`)}>
          <p>{t(`visit:ended.${visit.state === 'offline' ? 'offlineHint' : 'refundedHint'}`)}</p>
          {visit.state === 'offline' ? (
            <Actions>
              <ButtonLink to="/find">{t('find.title')}</ButtonLink>
            </Actions>
          ) : null}
        </Notice>
      )}
      {visit.fee > 0 && visit.paid ? <Money visit={visit} /> : null}
      {visit.note ? (
        <Section title={t('visit:note')}>
          <Faces query={note}>
            {(sections) => (
              <div className={`card ${styles.note}`}>
                {sections.map(({ title, lines }) => (
                  <section key={title}>
                    <h3>{title}</h3>
                    {lines.map((line) => (
                      <p key={line}>{line}</p>
                    ))}
                  </section>
                ))}
              </div>
            )}
          </Faces>
        </Section>
      ) : null}
      {visit.note ? <Addenda of={visit.note} patient={idOf(visit.patient?.reference)} /> : null}
      <Prescribed visit={visit} />
      {orders.data && orders.data.length > 0 ? (
        <Section title={t('visit:orders')}>
          <ul className="card">
            {orders.data.map(({ id, name }) => (
              <li key={id}>{name}</li>
            ))}
          </ul>
        </Section>
      ) : null}
    </>
  );
}
