import { useTranslation } from 'react-i18next';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { useLatestResults } from '../requests/record';
import { Faces, Nothing, Row, Rows, Section, Tag } from '../ui/ui';

/** The last results in the one sentence that a person needs; the values are one press away. */
export function ResultsSentence() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const latest = useLatestResults(usePerson().id);
  return (
    <Section title={t('results.title')}>
      <Faces query={latest} cards={1} isEmpty={({ results }) => results.length === 0} empty={<Nothing>{t('results.none')}</Nothing>}>
        {({ day, results, off }) => (
          <Rows>
            <Row
              to="/reports"
              title={off > 0 ? t('results.off', { count: off }) : t('results.allGood')}
              tags={off > 0 ? <Tag tone="warning">{t('results.askDoctor')}</Tag> : <Tag tone="good">{t('results.good')}</Tag>}
              note={t('results.of', { day: formatDay(day, language), count: results.length })}
            />
          </Rows>
        )}
      </Faces>
    </Section>
  );
}
