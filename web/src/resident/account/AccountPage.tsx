import { useTranslation } from 'react-i18next';
import { formatAgo, formatMoment } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { useEndSession, useHistory, useSessions } from '../requests/account';
import { Page } from '../ui/Page';
import { Button, Faces, Failed, Nothing, Row, Rows, Section, Tag } from '../ui/ui';

const SHOWN = 20;

/** 账户与安全: where one is signed in, and what happened to the account. */
export function AccountPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const codeName = useCodeName();
  const sessions = useSessions();
  const history = useHistory();
  const end = useEndSession();
  // Programs that are no browser call themselves nothing that is known.
  const nameOf = (device: string) => (device === '' || device === '?' ? t('account.unknownDevice') : device);
  return (
    <Page title={t('account.title')} back="/mine" own>
      <Section title={t('account.sessions')}>
        {end.error ? <Failed error={end.error} /> : null}
        <Faces query={sessions} cards={2} isEmpty={(list) => list.length === 0} empty={<Nothing>{t('account.noSessions')}</Nothing>}>
          {(list) => (
            <Rows label={t('account.sessions')}>
              {list.map(({ id, device, source, seen, current }) => (
                <Row
                  key={id}
                  title={nameOf(device)}
                  tags={current ? <Tag tone="good">{t('account.here')}</Tag> : null}
                  note={t('account.seen', { source, when: formatAgo(seen, Date.now(), language) })}
                  end={
                    current ? null : (
                      <Button kind="danger" busy={end.isPending && end.variables === id} aria-label={t('account.endThis', { device: nameOf(device) })} onClick={() => end.mutate(id)}>
                        {t('account.end')}
                      </Button>
                    )
                  }
                />
              ))}
            </Rows>
          )}
        </Faces>
        <p className="muted small">{t('account.sessionsHint')}</p>
      </Section>
      <Section title={t('account.history')}>
        <Faces query={history} cards={3} isEmpty={(list) => list.length === 0} empty={<Nothing>{t('account.noHistory')}</Nothing>}>
          {(list) => (
            <Rows label={t('account.history')}>
              {list.slice(0, SHOWN).map(({ at, what, device, source }, index) => (
                <Row
                  key={`${at}-${index}`}
                  title={codeName('accountEvent', what)}
                  tags={what.startsWith('wrong') ? <Tag tone="warning">{t('account.look')}</Tag> : null}
                  note={[formatMoment(at, language), nameOf(device), source].filter(Boolean).join(t('dot'))}
                />
              ))}
            </Rows>
          )}
        </Faces>
      </Section>
      <Section title={t('account.more')}>
        <p className="muted">{t('account.moreHint')}</p>
        <p>
          <a href="/account" style={{ display: 'inline-flex', alignItems: 'center', minHeight: 'var(--control)' }}>
            {t('account.open')}
          </a>
        </p>
      </Section>
    </Page>
  );
}
