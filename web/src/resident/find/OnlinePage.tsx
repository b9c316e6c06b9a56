import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../shared/PageTitle';
import { bring, speak, useLanguage } from '../../shared/i18n/i18n';
import { useOnlineServices } from '../requests/care';
import { Link } from '../router';
import { Page } from '../ui/Page';
import { Button, Empty, Faces, Tag } from '../ui/ui';
import ui from '../ui/Ui.module.css';
import { useSpecialties } from './FindPage';
import styles from './Find.module.css';
import texts from '../../shared/i18n/zh/residentOnline.json';

bring('resident', texts);

/** The public list (互联网诊疗服务公开清单) among a resident's pages. */
export function OnlinePage() {
  const { t } = useTranslation('resident');
  return (
    <Page title={t('online.title')} back="/find" own>
      <OnlineList />
    </Page>
  );
}

/** The same for everybody, without sign-in. */
export function PublicOnlinePage() {
  const { t } = useTranslation(['resident', 'common']);
  const language = useLanguage();
  return (
    <div className={ui.frame}>
      <PageTitle page={t('online.title')} />
      <header className={ui.bar}>
        <h1>{t('online.title')}</h1>
        <Button kind="plain" lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => void speak(language === 'zh' ? 'en' : 'zh')}>
          {t('common:language.switch')}
        </Button>
      </header>
      <main id="main" tabIndex={-1} className={ui.main}>
        <OnlineList />
        <Link to="/" className={ui.button}>
          {t('online.back')}
        </Link>
      </main>
    </div>
  );
}

function OnlineList() {
  const { t } = useTranslation(['resident', 'codes']);
  const names = useSpecialties();
  const services = useOnlineServices();
  return (
    <>
      <p>{t('online.lead')}</p>
      <Faces query={services} isEmpty={(list) => list.length === 0} empty={<Empty title={t('online.none')} />}>
        {(list) => (
          <ul className={styles.hits} aria-label={t('online.title')}>
            {list.map((one) => (
              <li key={one.id} className={`card ${styles.hit}`}>
                <div className={styles.hitHead}>
                  <h2>{one.name}</h2>
                  {one.level ? <Tag>{t(`codes:institutionLevel.${one.level as '3A'}`)}</Tag> : null}
                </div>
                <p className="muted">{[one.institution, one.address].filter(Boolean).join(t('dot'))}</p>
                {one.specialties.length > 0 ? <p>{`${t('online.specialties')} ${names(one.specialties).join(t('comma'))}`}</p> : null}
                <p>{t('online.doctors', { count: one.doctors })}</p>
                <p className="muted small">{[`${t('online.number')} ${one.licence}`, one.validUntil ? t('online.until', { day: one.validUntil }) : ''].filter(Boolean).join(t('dot'))}</p>
              </li>
            ))}
          </ul>
        )}
      </Faces>
      {services.hasNextPage ? (
        <>
          <p className="muted small">{t('online.cut', { count: services.data?.length ?? 0 })}</p>
          <Button kind="plain" disabled={services.isFetchingNextPage} onClick={() => void services.fetchNextPage()}>
            {t('more')}
          </Button>
        </>
      ) : null}
    </>
  );
}
