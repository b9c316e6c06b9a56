import '../../shared/complaint/texts';
import { useTranslation } from 'react-i18next';
import { useOwnComplaints } from '../../shared/complaint/complaints';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Empty, Faces, Row, Rows, Tag } from '../ui/ui';
import { TONES } from './tones';

/** 我的投诉: each with where it stands, the latest first. */
export function ComplaintsPage() {
  const { t } = useTranslation(['complaint', 'resident']);
  const language = useLanguage();
  const complaints = useOwnComplaints(usePerson().id);
  return (
    <Page title={t('mine')} back="/mine">
      <Faces query={complaints} isEmpty={(all) => all.length === 0} empty={<Empty title={t('none')}>{t('noThing')}</Empty>}>
        {(all) => (
          <Rows label={t('mine')}>
            {all.map((one) => (
              <Row
                key={one.id}
                to={`/complaints/${one.id}`}
                title={t('of', { kind: t(`kind.${one.kind}`) })}
                tags={<Tag tone={TONES[one.state]}>{t(`state.${one.state}`)}</Tag>}
                note={[one.institution?.display, formatDay(one.opened, language)].filter(Boolean).join(t('resident:dot'))}
              />
            ))}
          </Rows>
        )}
      </Faces>
    </Page>
  );
}
