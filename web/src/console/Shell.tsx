import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation, ScrollRestoration } from 'react-router';
import { signOut } from '../shared/session/account';
import { runsPlatform, seesAudit, seesCards, seesCases, seesClearing, seesEmergencies, seesOnboarding, seesOverview, seesQuality, seesRegistry, seesResidents, seesReview, seesSlots, seesSupervision, seesTariff, useRole } from './useRole';
import { WhoAmI } from './WhoAmI';
import { LanguageButton } from '../shared/LanguageButton';
import { Brand, SkipLink, useFocusOnNewPage, useTabInSight } from '../shared/shell/Frame';
import styles from './Shell.module.css';

/** The frame of every page: who we are, where one can go, language, way out. */
export function Shell() {
  const { t } = useTranslation(['console', 'common']);
  useFocusOnNewPage();
  const role = useRole();
  const tabs = useTabInSight(role);
  return (
    <>
      <SkipLink>{t('shell.skip')}</SkipLink>
      <header className={styles.bar}>
        <div className={styles.inner}>
          <Brand to="/" label={t('shell.home')} title={t('shell.title')} />
          <div className={styles.tools}>
            <LanguageButton />
            <WhoAmI />
            <Button type="text" onClick={signOut}>
              {t('shell.signOut')}
            </Button>
          </div>
          <nav ref={tabs} className={styles.nav} aria-label={t('shell.navigation')}>
            {seesOverview(role) ? <Tab to="/">{t('shell.overview')}</Tab> : null}
            {seesOverview(role) ? <Tab to="/region">{t('shell.region')}</Tab> : null}
            {seesSlots(role) ? <Tab to="/slots">{t('shell.slots')}</Tab> : null}
            {seesResidents(role) ? <Tab to="/residents">{t('shell.residents')}</Tab> : null}
            {seesCards(role) ? <Tab to="/cards">{t('shell.cards')}</Tab> : null}
            {seesEmergencies(role) ? <Tab to="/emergencies">{t('shell.emergencies')}</Tab> : null}
            {seesCases(role) ? <Tab to="/cases">{t('shell.cases')}</Tab> : null}
            {seesSupervision(role) ? <Tab to="/supervision">{t('shell.supervision')}</Tab> : null}
            {runsPlatform(role) ? <Tab to="/identities">{t('shell.identities')}</Tab> : null}
            {runsPlatform(role) ? <Tab to="/exchange">{t('shell.exchange')}</Tab> : null}
            {seesQuality(role) ? <Tab to="/quality">{t('shell.quality')}</Tab> : null}
            {seesReview(role) ? <Tab to="/review">{t('shell.review')}</Tab> : null}
            {seesOnboarding(role) ? <Tab to="/onboarding">{t('shell.onboarding')}</Tab> : null}
            {seesRegistry(role) ? <Tab to="/registry">{t('shell.registry')}</Tab> : null}
            {runsPlatform(role) ? <Tab to="/edge">{t('shell.edge')}</Tab> : null}
            {seesClearing(role) ? <Tab to="/clearing">{t('shell.clearing')}</Tab> : null}
            {seesTariff(role) ? <Tab to="/tariff">{t('shell.tariff')}</Tab> : null}
            {seesAudit(role) ? <Tab to="/audit">{t('shell.audit')}</Tab> : null}
          </nav>
        </div>
      </header>
      <main id="main" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </>
  );
}

/** Leads to a page. On the page itself it reads anew what is shown, as one expects who presses it there. */
function Tab({ to, children }: { to: string; children: ReactNode }) {
  const client = useQueryClient();
  const { pathname } = useLocation();
  return (
    <NavLink to={to} end={to === '/'} onClick={() => pathname === to && void client.invalidateQueries({ type: 'active' })}>
      {children}
    </NavLink>
  );
}
