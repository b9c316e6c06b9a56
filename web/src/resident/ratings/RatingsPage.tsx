import '../../shared/rating/texts';
import { useTranslation } from 'react-i18next';
import { useOwnRatings } from '../../shared/rating/ratings';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Empty, Faces, Row, Rows, Tag } from '../ui/ui';

/** 我的评价: what one has said, the latest first. */
export function RatingsPage() {
  const { t } = useTranslation(['rating', 'resident']);
  const language = useLanguage();
  const ratings = useOwnRatings(usePerson().id);
  return (
    <Page title={t('mine')} back="/mine">
      <Faces query={ratings} isEmpty={(all) => all.length === 0} empty={<Empty title={t('none')}>{t('noneHint')}</Empty>}>
        {(all) => (
          <Rows label={t('mine')}>
            {all.map(({ about, kind, overall, institution, at, words }) => (
              <Row
                key={about}
                to={`/ratings/of?about=${encodeURIComponent(about)}`}
                title={t(`of.${kind}`)}
                tags={<Tag>{t('stars', { count: overall })}</Tag>}
                note={[institution?.display, formatDay(at, language), words].filter(Boolean).join(t('resident:dot'))}
              />
            ))}
          </Rows>
        )}
      </Faces>
    </Page>
  );
}
