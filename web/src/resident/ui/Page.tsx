import { useContext, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from '../router';
import { Mark } from '../../shared/Mark';
import { PageTitle } from '../../shared/PageTitle';
import { NewsPlace } from '../newsPlace';
import { PersonSwitch } from '../PersonSwitch';
import { Icon } from './Icon';
import { TabBar } from '../TabBar';
import styles from './Ui.module.css';

/**
 * One page on a phone: a bar with the way back and whose record it is, the content, and at the foot the tabs or, in a
 * flow, the one button that goes on.
 *
 * @param back where the arrow leads; absent on the pages of the tab bar
 * @param fixed whose record it is cannot be changed here, because something is being written about this person
 * @param fills takes all of the screen, and scrolls inside
 * @param bottom instead of the tabs; null where nothing is at the foot
 * @param own about the account of whoever is signed in, and about no record
 */
export function Page({ title, back, bottom, fixed = false, own = false, brand = false, fills = false, children }: { title: string; back?: string; bottom?: ReactNode; fixed?: boolean; own?: boolean; brand?: boolean; fills?: boolean; children: ReactNode }) {
  const { t } = useTranslation('resident');
  const placeNews = useContext(NewsPlace);
  return (
    <>
      <PageTitle page={title} />
      <header className={styles.bar}>
        {back === undefined ? null : (
          <Link to={back} className={styles.back} aria-label={t('shell.back')}>
            <Icon name="back" />
          </Link>
        )}
        {brand ? (
          <div className={styles.brand}>
            <Mark />
            <h1>{title}</h1>
          </div>
        ) : (
          <h1>{title}</h1>
        )}
        {own ? null : <PersonSwitch fixed={fixed} />}
      </header>
      <main id="main" tabIndex={-1} className={styles.main} data-fills={fills || undefined}>
        {children}
      </main>
      <div className={styles.foot}>
        <div ref={placeNews} role="status" aria-live="polite" />
        {bottom === undefined ? <TabBar /> : bottom}
      </div>
    </>
  );
}
