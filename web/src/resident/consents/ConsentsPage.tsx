import type { Consent } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { useNavigate } from '../router';
import { formatDay, formatMoment, today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { termsOf, useConsents } from '../requests/consents';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Bottom, Button, Empty, Faces, Row, Rows, Section, Tag } from '../ui/ui';
import { beginDraft } from './draft';
import { useActorNames } from './terms';

export function stateOf(consent: Consent): 'active' | 'ended' | 'withdrawn' {
  if (consent.status !== 'active') return 'withdrawn';
  const end = termsOf(consent).until;
  return end !== undefined && end.slice(0, 10) < today() ? 'ended' : 'active';
}

/** 授权管理: what was agreed and objected to, and the way to more of it. */
export function ConsentsPage() {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const navigate = useNavigate();
  const consents = useConsents(person.id);
  const begin = (kind: 'permit' | 'deny') => {
    beginDraft(person.id, kind);
    void navigate('/consents/new/who');
  };
  return (
    <Page
      title={t('consents.title')}
      back="/mine"
      bottom={
        <Bottom>
          <Button kind="primary" wide onClick={() => begin('permit')}>
            {t('consents.give')}
          </Button>
          <Button wide onClick={() => begin('deny')}>
            {t('consents.object')}
          </Button>
        </Bottom>
      }
    >
      <p className="muted">{t('consents.lead', { name: person.name })}</p>
      <Faces query={consents} isEmpty={(list) => list.length === 0} empty={<Empty title={t('consents.none')}>{t('consents.noneHint')}</Empty>}>
        {(list) => (
          <>
            <List title={t('consents.active')} consents={list.filter((one) => stateOf(one) === 'active')} />
            <List title={t('consents.over')} consents={list.filter((one) => stateOf(one) !== 'active')} />
          </>
        )}
      </Faces>
    </Page>
  );
}

function List({ title, consents }: { title: string; consents: Consent[] }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const names = useActorNames(consents.map(termsOf));
  if (consents.length === 0) return null;
  return (
    <Section title={title}>
      <Rows label={title}>
        {consents.map((consent) => {
          const { kind, actors, until } = termsOf(consent);
          const state = stateOf(consent);
          return (
            <Row
              key={consent.id}
              to={`/consents/${consent.id ?? ''}`}
              title={actors.length === 0 ? t('maySee.everybody') : actors.map(({ reference, name }) => names.get(reference) ?? name ?? reference).join(t('comma'))}
              tags={
                <>
                  {kind === 'permit' ? <Tag tone={state === 'active' ? 'good' : 'plain'}>{t('consents.permit')}</Tag> : <Tag tone={state === 'active' ? 'warning' : 'plain'}>{t('consents.deny')}</Tag>}
                  {state === 'active' ? null : <Tag>{t(`consents.state.${state}`)}</Tag>}
                </>
              }
              note={[t('consents.given', { when: formatMoment(consent.dateTime, language) }), until ? t('maySee.until', { when: formatDay(until, language) }) : t('maySee.forGood')].join(t('dot'))}
            />
          );
        })}
      </Rows>
    </Section>
  );
}
