import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageButton } from '../LanguageButton';
import { Mark } from '../Mark';
import { PageTitle } from '../PageTitle';
import styles from './Door.module.css';

/** A page before the pages: a card in the middle, the language in the corner. `behind` is a picture. */
export function Door({ page, children, behind }: { page: string; children: ReactNode; behind?: ReactNode }) {
  return (
    <main className={styles.page}>
      <PageTitle page={page} />
      <div className={styles.language}>
        <LanguageButton />
      </div>
      <section className={styles.card}>{children}</section>
      {behind}
    </main>
  );
}

/** Whose door it is. */
export function DoorSign({ title, lead }: { title: string; lead: string }) {
  const { t } = useTranslation('common');
  return (
    <div className={styles.brand}>
      <Mark size={44} />
      <div>
        <h1>
          {t('product')} · {title}
        </h1>
        <p className="muted">{lead}</p>
      </div>
    </div>
  );
}
