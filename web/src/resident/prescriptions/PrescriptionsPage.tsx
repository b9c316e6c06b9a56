import './texts';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { usePrescriptions, type State } from '../requests/prescriptions';
import { Page } from '../ui/Page';
import { Empty, Faces, Row, Rows, Tag, type Tone } from '../ui/ui';

export const TONES: Record<State, Tone> = { held: 'warning', waiting: 'running', taken: 'running', returned: 'warning', effective: 'good', refused: 'bad', withdrawn: 'plain' };

/** 我的处方: what doctors wrote, and whether it counts yet. */
export function PrescriptionsPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const prescriptions = usePrescriptions(usePerson().id);
  return (
    <Page title={t('prescriptions.title')} back="/mine">
      <Faces query={prescriptions} isEmpty={(list) => list.length === 0} empty={<Empty title={t('prescriptions.none')}>{t('prescriptions.noneHint')}</Empty>}>
        {(list) => (
          <Rows label={t('prescriptions.title')}>
            {list.map(({ task, number, state, authored, drugs }) => (
              <Row
                key={task}
                to={`/prescriptions/${task}`}
                title={drugs.join(t('dot')) || t('prescriptions.number', { number })}
                tags={<Tag tone={TONES[state]}>{t(`prescriptions.state.${state}`)}</Tag>}
                note={formatMoment(authored, language)}
              />
            ))}
          </Rows>
        )}
      </Faces>
    </Page>
  );
}
