import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/dates';
import { idOf } from '../../shared/fhir/words';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { useAccessGrants, type AccessGrant } from '../requests/grants';
import { useNames } from '../../shared/fhir/names';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { ButtonLink, Empty, Faces, Row, Rows, Section, Tag } from '../ui/ui';

/** 谁能看我的记录: whatever opens or closes the record now, and why. */
export function MaySeePage() {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const grants = useAccessGrants(person.id);
  const names = useNames((grants.data?.grants ?? []).filter(({ name }) => name === undefined).map(({ to }) => to));
  return (
    <Page title={t('maySee.title')} back="/mine">
      <p className="muted">{t('maySee.lead', { name: person.name })}</p>
      <Faces query={grants} isEmpty={(data) => data.grants.length === 0} empty={<Empty title={t('maySee.none')}>{t('maySee.noneHint')}</Empty>}>
        {({ grants: all, truncated }) => (
          <>
            <Group title={t('maySee.open')} grants={all.filter(({ effect, stands }) => effect === 'opens' && stands)} names={names} />
            <Group title={t('maySee.later')} grants={all.filter(({ effect, stands }) => effect === 'opens' && !stands)} names={names} />
            <Group title={t('maySee.offered')} grants={all.filter(({ effect }) => effect === 'offered')} names={names} />
            <Group title={t('maySee.closed')} grants={all.filter(({ effect }) => effect === 'closes')} names={names} />
            {truncated ? <p className="muted">{t('maySee.truncated')}</p> : null}
          </>
        )}
      </Faces>
      <p className="muted small">{t('maySee.institution')}</p>
      <ButtonLink to="/consents" wide>
        {t('maySee.manage')}
      </ButtonLink>
    </Page>
  );
}

function Group({ title, grants, names }: { title: string; grants: AccessGrant[]; names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const codeName = useCodeName();
  if (grants.length === 0) return null;
  return (
    <Section title={title}>
      <Rows label={title}>
        {grants.map((grant, index) => {
          const { to, name, account, reason, since, until, categories, effect, stands, cause } = grant;
          const words = [
            t('maySee.because', { reason: codeName('grantReason', reason) }),
            stands ? undefined : t('maySee.from', { when: formatMoment(since, language) }),
            until === undefined ? t('maySee.forGood') : t('maySee.until', { when: formatMoment(until, language) }),
          ].filter(Boolean);
          const consent = reason === 'consent' && cause?.startsWith('Consent/') ? `/consents/${idOf(cause) ?? ''}` : undefined;
          return (
            <Row
              key={`${cause}|${to}|${index}`}
              {...(consent ? { to: consent } : reason === 'emergency' ? { to: '/emergency' } : {})}
              title={account !== undefined ? t('seen.role.regulator') : to === undefined ? t('maySee.everybody') : (name ?? names.get(to) ?? to)}
              tags={
                <>
                  {reason === 'emergency' ? <Tag tone="alert">{t('seen.emergency')}</Tag> : null}
                  {effect === 'closes' ? <Tag tone="warning">{t(categories.length > 0 ? 'maySee.closesSome' : 'maySee.closesAll')}</Tag> : null}
                </>
              }
              note={
                <>
                  {words.join(t('dot'))}
                  {categories.length > 0 ? <span> · {categories.map((code) => codeName('sensitive', code)).join(t('comma'))}</span> : null}
                </>
              }
            />
          );
        })}
      </Rows>
    </Section>
  );
}
