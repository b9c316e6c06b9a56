import '../../shared/visit/texts';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import type { Visit, VisitState } from '../../shared/visit/visits';
import { useOnlineVisits } from '../requests/visit';
import { Page } from '../ui/Page';
import { Bottom, ButtonLink, Empty, Faces, Row, Rows, Tag, type Tone } from '../ui/ui';

export const TONES: Record<VisitState, Tone> = { applied: 'warning', eligible: 'running', accepted: 'running', 'in-progress': 'running', closed: 'good', offline: 'warning', refunded: 'plain' };

/** 互联网复诊: what goes on, and what was. */
export function OnlineVisitsPage() {
  const { t } = useTranslation(['resident', 'visit']);
  const visits = useOnlineVisits();
  return (
    <Page
      title={t('visit:title')}
      back="/"
      own
      bottom={
        <Bottom>
          <ButtonLink to="/online-visits/new/doctor" kind="primary" wide>
            {t('visit:apply')}
          </ButtonLink>
        </Bottom>
      }
    >
      <Faces
        query={visits}
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={t('visit:none')}>
            <p>{t('visit:noneHint')}</p>
          </Empty>
        }
      >
        {(list) => (
          <Rows label={t('visit:title')}>
            {list.map((visit) => (
              <VisitRow key={visit.id} visit={visit} />
            ))}
          </Rows>
        )}
      </Faces>
    </Page>
  );
}

function VisitRow({ visit }: { visit: Visit }) {
  const { t } = useTranslation(['resident', 'visit']);
  const language = useLanguage();
  const who = [visit.practitioner?.display, visit.department?.display].filter(Boolean).join(t('dot'));
  return (
    <Row
      to={`/online-visits/${visit.id}`}
      title={visit.diagnosis?.display ?? t('visit:title')}
      tags={<Tag tone={TONES[visit.state]}>{t(`visit:state.${visit.state}`)}</Tag>}
      note={[who, visit.patient?.display, formatMoment(visit.applied, language)].filter(Boolean).join(t('dot'))}
    />
  );
}
