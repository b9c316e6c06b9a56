import '../../shared/rating/texts';
import { useTranslation } from 'react-i18next';
import { useRated } from '../../shared/rating/ratings';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { Row, Rows, Tag } from '../ui/ui';

/** On the page of a thing that is over: the way to a rating, or the one that was given. Nothing where neither is to be had: nobody needs it. */
export function RateHere({ about }: { about: string }) {
  const { t } = useTranslation(['rating', 'resident']);
  const language = useLanguage();
  const rated = useRated(about).data;
  if (rated === undefined || (rated.rating === undefined && !rated.may)) return null;
  const { kind, rating, until } = rated;
  const to = `/ratings/of?about=${encodeURIComponent(about)}`;
  return (
    <Rows label={t('title')}>
      {rating ? (
        <Row to={to} title={t('yours')} tags={<Tag>{t('stars', { count: rating.overall })}</Tag>} />
      ) : (
        <Row to={to} title={t(`how.${kind}`)} note={t('invite', { until: formatDay(until, language) })} />
      )}
    </Rows>
  );
}
