import { Button, Input, type InputRef } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, ScrollRestoration, useNavigate } from 'react-router';
import { LanguageButton } from '../shared/LanguageButton';
import { signOut, switchRole } from '../shared/session/account';
import { useMe } from '../shared/session/useMe';
import { Brand, SkipLink, useFocusOnNewPage, useTabInSight } from '../shared/shell/Frame';
import { chooseScheme, useScheme } from '../shared/theme/scheme';
import { useShortcuts } from './keys/KeyBoard';
import keys from './keys/Keys.module.css';
import styles from './Shell.module.css';
import { useVisibleWorks, type Work } from './works';

/** Lists that a digit leads to. */
const KEYS = 9;

/** Bar, rail of work lists, and the work. */
export function Shell() {
  const { t } = useTranslation(['workbench', 'common']);
  const go = useNavigate();
  const search = useRef<InputRef>(null);
  const works = useVisibleWorks();
  const tabs = useTabInSight(works.length);
  useFocusOnNewPage();
  useShortcuts([
    { key: '/', label: t('keys.search'), run: () => search.current?.focus({ cursor: 'all' }) },
    ...works.slice(0, KEYS).map(({ name }, index) => ({ key: String(index + 1), label: t(`lists.${name}`), run: () => void go(`/lists/${name}`) })),
  ]);
  return (
    <>
      <SkipLink>{t('shell.skip')}</SkipLink>
      <header className={styles.bar}>
        <Brand to="/" label={t('shell.home')} title={t('shell.title')} />
        <SearchBox field={search} />
        <div className={styles.tools}>
          <SchemeButton />
          <LanguageButton />
          <Who />
          <Button type="text" onClick={signOut}>
            {t('shell.signOut')}
          </Button>
        </div>
      </header>
      <div className={styles.body}>
        <nav ref={tabs} className={styles.rail} aria-label={t('shell.lists')}>
          <ul>
            {works.map((work, index) => (
              <RailLink key={work.name} work={work} number={index + 1} />
            ))}
          </ul>
          <p className={styles.hint}>
            <kbd className={keys['key']}>?</kbd> {t('keys.help')}
          </p>
        </nav>
        <main id="main" tabIndex={-1} className={styles.main}>
          <Outlet />
        </main>
      </div>
      <ScrollRestoration />
    </>
  );
}

function RailLink({ work: { name, useCount }, number }: { work: Work; number: number }) {
  const { t } = useTranslation('workbench');
  return (
    <li>
      <NavLink to={`/lists/${name}`} className={styles.list} {...(number > KEYS ? {} : { 'aria-keyshortcuts': String(number) })}>
        <span>{t(`lists.${name}`)}</span>
        {useCount ? <Waiting useCount={useCount} /> : null}
      </NavLink>
    </li>
  );
}

function Waiting({ useCount }: { useCount: () => number | undefined }) {
  const { t } = useTranslation('workbench');
  const count = useCount();
  if (count === undefined) return null;
  return (
    <span className={styles.count} data-none={count === 0}>
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="visually-hidden">{t('shell.waiting', { count })}</span>
    </span>
  );
}

/** What is typed goes with the history entry, not into the address: no name is left in a list of visited pages. */
function SearchBox({ field }: { field: React.RefObject<InputRef | null> }) {
  const { t } = useTranslation('workbench');
  const go = useNavigate();
  const [text, setText] = useState('');
  return (
    <form
      role="search"
      className={styles.search}
      aria-label={t('find.title')}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void go('/find', { state: { text: text.trim() } });
      }}
    >
      <Input
        ref={field}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && document.getElementById('main')?.focus()}
        placeholder={t('find.placeholder')}
        aria-label={t('find.placeholder')}
        autoComplete="off"
        allowClear
        suffix={<kbd className={keys['key']}>/</kbd>}
      />
    </form>
  );
}

function SchemeButton() {
  const { t } = useTranslation('workbench');
  const scheme = useScheme();
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Button type="text" onClick={() => chooseScheme(other)}>
      {t(`shell.${other}`)}
    </Button>
  );
}

function Who() {
  const { t } = useTranslation('workbench');
  const { data } = useMe();
  if (!data) return null;
  return (
    <div className={styles.who}>
      <a href="/account" aria-label={`${t('shell.whoAmI')}: ${data.name}`}>
        {data.name}
      </a>
      <span className={styles.post}>{data.post ? `${data.post.institutionName} ${data.post.title}` : null}</span>
      {(data.posts ?? 0) > 1 ? (
        <Button type="link" size="small" onClick={switchRole}>
          {t('shell.switchRole')}
        </Button>
      ) : null}
    </div>
  );
}
