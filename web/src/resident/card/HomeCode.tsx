import { useTranslation } from 'react-i18next';
import { Link } from '../router';
import { useCards } from '../requests/card';
import { usePerson } from '../requests/person';
import { ButtonLink } from '../ui/ui';
import styles from './Card.module.css';
import { CodeBox } from './CodeBox';

/** On the card at the top of the home page: the code, or the one step that leads to it. */
export function HomeCode() {
  const { t } = useTranslation('resident');
  const { id, name } = usePerson();
  const cards = useCards(id);
  const live = cards.data?.live;
  if (cards.data === undefined) {
    return cards.error ? null : <div className={styles.homeBone} data-loading role="status" aria-label={t('card.making')} />;
  }
  if (live?.state === 'active') {
    return (
      <Link to="/card" className={styles.home} aria-label={t('card.enlarge')}>
        <CodeBox patient={id} name={name} />
        <span className={styles.enlarge}>{t('card.enlarge')}</span>
      </Link>
    );
  }
  return (
    <div className={styles.homeNone}>
      <p>{t(live ? `card.states.${live.state}Hint` : 'card.noneHint')}</p>
      <ButtonLink to={live ? '/card' : '/card/apply/who'}>{t(live ? 'card.look' : 'card.apply')}</ButtonLink>
    </div>
  );
}
