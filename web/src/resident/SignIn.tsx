import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { speak, useLanguage } from '../shared/i18n/i18n';
import { Mark } from '../shared/Mark';
import { PageTitle } from '../shared/PageTitle';
import { beginSignIn } from '../shared/session/account';
import { useSession } from '../shared/session/session';
import { Link } from './router';
import styles from './SignIn.module.css';
import { Button, Notice } from './ui/ui';

/** What this is for, and the way to the platform's sign-in page. */
export function SignIn() {
  const { t } = useTranslation(['resident', 'common']);
  const language = useLanguage();
  const { ended } = useSession();
  const [busy, setBusy] = useState(false);
  return (
    <main className={styles.page}>
      <PageTitle page={t('signIn.title')} />
      <div className={styles.language}>
        <Button kind="plain" lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => void speak(language === 'zh' ? 'en' : 'zh')}>
          {t('common:language.switch')}
        </Button>
      </div>
      <div className={styles.middle}>
        <Mark size={56} />
        <h1>{t('signIn.title')}</h1>
        <ul className={styles.points}>
          <li>{t('signIn.seen')}</li>
          <li>{t('signIn.decide')}</li>
          <li>{t('signIn.told')}</li>
        </ul>
        {ended === 'rejected' ? <Notice tone="warning" role="alert" title={t('signIn.ended')} /> : null}
        <Button
          kind="primary"
          wide
          busy={busy}
          onClick={() => {
            setBusy(true);
            void beginSignIn();
          }}
        >
          {t('signIn.submit')}
        </Button>
        <p className="muted small">{t('signIn.who')}</p>
        <a className={styles.register} href="/sign-in/register">
          {t('signIn.register')}
        </a>
        <Link className={styles.register} to="/online">
          {t('find.public')}
        </Link>
      </div>
      <svg className={styles.ridge} viewBox="0 0 1440 260" preserveAspectRatio="none" aria-hidden="true">
        <path d="M0 260V170l160-70 120 60 190-120 130 80 150-100 190 140 120-60 160 90 220-110v180z" fill="var(--primary)" opacity=".08" />
        <path d="M0 260v-40l220-80 170 70 210-90 160 60 230-80 190 90 260-60v130z" fill="var(--primary)" opacity=".12" />
      </svg>
    </main>
  );
}
