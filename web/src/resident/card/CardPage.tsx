import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from '../router';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import type { Card, CardAccount, Cards } from '../../shared/fhir/healthCards';
import { useCards, useCardStep, useEndAccount } from '../requests/card';
import { usePerson } from '../requests/person';
import { Icon } from '../ui/Icon';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Empty, Facts, Faces, Failed, Notice, Row, Rows, Section, Tag, type Tone } from '../ui/ui';
import styles from './Card.module.css';
import { CodeBox } from './CodeBox';

const TONES: Record<Card['state'], Tone> = { applied: 'running', active: 'good', suspended: 'alert', cancelled: 'plain', replaced: 'plain' };

/** 我的健康码: the code large enough to be scanned, and what one does with the card. */
export function CardPage() {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const cards = useCards(person.id);
  const { state } = useLocation();
  const just = (state as { just?: string } | null)?.just;
  return (
    <Page title={t('card.title')} back="/">
      {just === 'applied' || just === 'suspended' ? <Notice tone="good" title={t(`card.just.${just}`)} role="status" /> : null}
      <Faces
        query={cards}
        isEmpty={({ live, earlier }) => live === undefined && earlier.length === 0}
        empty={
          <Empty title={t('card.none')}>
            <p>{t('card.noneHint')}</p>
            <Actions>
              <ButtonLink to="/card/apply/who" kind="primary">
                {t('card.apply')}
              </ButtonLink>
            </Actions>
          </Empty>
        }
      >
        {(data) => <OfCard key={person.id} cards={data} />}
      </Faces>
    </Page>
  );
}

function OfCard({ cards: { live, earlier, accounts, may } }: { cards: Cards }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  return (
    <>
      {live?.state === 'active' ? <CodeBox patient={person.id} name={person.name} large /> : null}
      {live && live.state !== 'active' ? (
        <Notice tone="warning" title={t(`card.states.${live.state}`)}>
          <p>{live.heldAtCounter ? t('card.atCounter') : t(`card.states.${live.state}Hint`)}</p>
        </Notice>
      ) : null}
      {live === undefined ? (
        <Notice title={t('card.none')}>
          <p>{t('card.noneHint')}</p>
          <Actions>
            <ButtonLink to="/card/apply/who" kind="primary">
              {t('card.apply')}
            </ButtonLink>
          </Actions>
        </Notice>
      ) : (
        <div className="card">
          <Facts
            facts={[
              { name: t('card.whose'), value: person.name },
              { name: t('card.number'), value: <span className={styles.number}>{live.number}</span> },
              { name: t('card.state'), value: <Tag tone={TONES[live.state]}>{t(`card.states.${live.state}`)}</Tag> },
              ...(live.issued ? [{ name: t('card.issued'), value: formatDay(live.issued, language) }] : []),
            ]}
          />
        </div>
      )}
      <Rows label={t('card.more')}>
        <Row to="/card/uses" icon={<Icon name="eye" />} title={t('card.uses')} note={t('card.usesNote')} />
        {live?.state === 'active' ? <Row to="/card/print" icon={<Icon name="card" />} title={t('card.print')} note={t('card.printNote')} /> : null}
        {may.includes('suspend') ? <Row to="/card/lost" icon={<Icon name="emergency" />} title={t('card.lost')} note={t('card.lostNote')} /> : null}
      </Rows>
      {live ? <Steps may={may} state={live.state} /> : null}
      {accounts.length > 0 ? <Accounts accounts={accounts} /> : null}
      {earlier.length > 0 ? (
        <Section title={t('card.earlier')}>
          <Rows label={t('card.earlier')}>
            {earlier.map((card) => (
              <Row key={card.number} title={<span className={styles.number}>{card.number}</span>} tags={<Tag>{t(`card.states.${card.state}`)}</Tag>} note={t('card.endedOn', { when: formatDay(card.changed, language) })} />
            ))}
          </Rows>
        </Section>
      ) : null}
    </>
  );
}

const OFFERED = ['resume', 'replace', 'cancel'] as const;

/** What ends or renews the card is asked for twice. */
function Steps({ may, state }: { may: Cards['may']; state: Card['state'] }) {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const step = useCardStep(person.id);
  const [asked, setAsked] = useState<(typeof OFFERED)[number]>();
  const offered = OFFERED.filter((one) => may.includes(one));
  if (offered.length === 0) return null;
  return (
    <>
      {asked ? (
        <Notice tone="warning" title={t(`card.ask.${asked}`)}>
          <p>{t(`card.ask.${asked}Hint`)}</p>
          <Actions>
            <Button kind="danger" busy={step.isPending} onClick={() => step.mutate({ step: asked, ...(asked === 'resume' ? { reason: 'found' } : {}) }, { onSuccess: () => setAsked(undefined) })}>
              {t(`card.step.${asked}`)}
            </Button>
            <Button onClick={() => setAsked(undefined)}>{t('card.keep')}</Button>
          </Actions>
        </Notice>
      ) : (
        <Actions>
          {offered.map((one) => (
            <Button key={one} {...(state === 'suspended' && one === 'replace' ? { kind: 'primary' as const } : {})} onClick={() => setAsked(one)}>
              {t(`card.step.${one}`)}
            </Button>
          ))}
        </Actions>
      )}
      {step.error ? <Failed error={step.error} /> : null}
    </>
  );
}

function Accounts({ accounts }: { accounts: CardAccount[] }) {
  const { t } = useTranslation(['resident', 'common']);
  const language = useLanguage();
  const person = usePerson();
  const end = useEndAccount(person.id);
  const [shown, setShown] = useState<string>();
  const [asked, setAsked] = useState<CardAccount>();
  return (
    <Section title={t('card.accounts')}>
      <p className="muted small">{t('card.accountsLead')}</p>
      <Rows label={t('card.accounts')}>
        {accounts.map((account) => {
          const { party, name, kind, number, since } = account;
          return (
          <Row
            key={party}
            title={name}
            tags={<Tag>{t(`card.kind.${kind}`)}</Tag>}
            note={[shown === party ? number : `…${number.slice(-4)}`, t('card.since', { when: formatDay(since, language) })].join(t('dot'))}
            end={
              <span className={styles.ends}>
                <Button kind="plain" aria-label={t(shown === party ? 'card.hideNumber' : 'card.showNumber', { name })} onClick={() => setShown(shown === party ? undefined : party)}>
                  {t(shown === party ? 'common:hide' : 'common:show')}
                </Button>
                <Button kind="plain" aria-label={t('card.endOf', { name })} onClick={() => setAsked(account)}>
                  {t('card.end')}
                </Button>
              </span>
            }
          />
          );
        })}
      </Rows>
      {asked ? (
        <Notice tone="warning" title={t('card.askEnd', { name: asked.name })}>
          <p>{t('card.askEndHint')}</p>
          <Actions>
            <Button kind="danger" busy={end.isPending} onClick={() => end.mutate(asked.party, { onSuccess: () => setAsked(undefined) })}>
              {t('card.end')}
            </Button>
            <Button onClick={() => setAsked(undefined)}>{t('card.keep')}</Button>
          </Actions>
        </Notice>
      ) : null}
      {end.error ? <Failed error={end.error} /> : null}
    </Section>
  );
}
