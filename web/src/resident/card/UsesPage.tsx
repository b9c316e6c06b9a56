import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/dates';
import { useNames } from '../../shared/fhir/names';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { useCardUses } from '../requests/card';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { ButtonLink, Empty, Faces, Row, Rows, Tag } from '../ui/ui';

/** 用码记录: where the code was shown, for what, and what was refused. */
export function UsesPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const codeName = useCodeName();
  const person = usePerson();
  const uses = useCardUses(person.id);
  const names = useNames((uses.data ?? []).map(({ institution }) => institution));
  return (
    <Page title={t('card.uses')} back="/card">
      <p className="muted">{t('card.usesLead')}</p>
      <Faces query={uses} isEmpty={(list) => list.length === 0} empty={<Empty title={t('card.noUses')}>{t('card.noUsesHint')}</Empty>}>
        {(list) => (
          <Rows label={t('card.uses')}>
            {list.map((use, index) => (
              <Row
                key={`${use.at}|${index}`}
                title={codeName('cardScene', use.scene)}
                tags={
                  <>
                    {use.refused ? <Tag tone="bad">{t('card.refused')}</Tag> : null}
                    {use.printed ? <Tag>{t('card.printed')}</Tag> : null}
                    {use.offline ? <Tag tone="warning">{t('card.offline')}</Tag> : null}
                  </>
                }
                note={
                  <>
                    {[formatMoment(use.at, language), names.get(use.institution ?? ''), use.terminal].filter(Boolean).join(t('dot'))}
                    {use.reason ? <span style={{ display: 'block' }}>{use.reason}</span> : null}
                  </>
                }
              />
            ))}
          </Rows>
        )}
      </Faces>
      <p className="muted small">{t('card.usesStrange')}</p>
      <ButtonLink to="/card/lost" wide>
        {t('card.lost')}
      </ButtonLink>
    </Page>
  );
}
