import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { SHOWN, useFoundCare, useFoundDepartments, useOlderReports, useOwnNames, type Found } from '../requests/search';
import { useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Button, Empty, Failed, Loading, Row, Rows, Section, Tag } from '../ui/ui';
import find from '../find/Find.module.css';
import '../resultsTexts';

/** Somebody who types stops now and then; what is between is nobody's question. */
const PAUSE = 250;

type Group = { name: 'reports' | 'doctors' | 'departments' | 'hospitals' | 'services'; all?: string; data: Found[] | undefined; error: unknown; refetch: () => unknown };

/** One entry for all that one looks for: one's own reports and documents, doctors, departments, hospitals, services. What was asked is in the address. */
export function SearchPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const [query, setQuery] = useSearchParams();
  const q = query.get('q') ?? '';
  const [text, setText] = useState(q);
  const wait = useRef<ReturnType<typeof setTimeout>>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const typed = useRef(q);
  useEffect(() => () => clearTimeout(wait.current), []);
  useEffect(() => field.current?.focus(), []);
  // The way back, or another link here: the field says what is shown, but never takes back what somebody is typing.
  useEffect(() => {
    if (q !== typed.current) setText(q);
    typed.current = q;
  }, [q]);
  const ask = (words: string, pause: number) => {
    clearTimeout(wait.current);
    wait.current = setTimeout(
      () => {
        typed.current = words.trim();
        setQuery(
          (now) => {
            if (words.trim()) now.set('q', words.trim());
            else now.delete('q');
            return now;
          },
          { replace: true },
        );
      },
      pause,
    );
  };

  const own = useOwnNames(person.id, q !== '');
  const older = useOlderReports(person.id, q, own.data?.more ?? false);
  const wanted = q.toLowerCase();
  const mine = own.data && [...own.data.names.filter(({ name }) => name.toLowerCase().includes(wanted)), ...(older.data ?? [])];
  const doctors = useFoundCare('doctor', q);
  const hospitals = useFoundCare('hospital', q);
  const services = useFoundCare('service', q);
  const departments = useFoundDepartments(q);
  const all = (what: string) => `/find?${new URLSearchParams({ what, q }).toString()}`;
  const groups: Group[] = [
    {
      name: 'reports',
      data: mine
        ?.filter(({ key }, index) => mine.findIndex((one) => one.key === key) === index)
        .slice(0, SHOWN)
        .map(({ key, to, name, date, by }) => ({ key, to, name, note: [formatDay(date, language), by].filter(Boolean).join(t('dot')) })),
      error: own.error,
      refetch: own.refetch,
      all: '/reports',
    },
    { name: 'doctors', data: doctors.data, error: doctors.error, refetch: doctors.refetch, all: all('doctor') },
    { name: 'departments', data: departments.data, error: departments.error, refetch: departments.refetch },
    { name: 'hospitals', data: hospitals.data, error: hospitals.error, refetch: hospitals.refetch, all: all('hospital') },
    { name: 'services', data: services.data, error: services.error, refetch: services.refetch, all: all('service') },
  ];
  const nothing = groups.every(({ data }) => data?.length === 0);
  const waits = groups.some(({ data, error }) => data === undefined && !error);

  // Down from the field into the list, up and down in it: nobody needs the mouse.
  const steer = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const places = [field.current, ...event.currentTarget.querySelectorAll<HTMLElement>('[data-hits] a')].filter((one) => one !== null);
    const at = places.indexOf(document.activeElement as HTMLElement);
    const next = places[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <Page title={t('search.title')} back="/">
      <div onKeyDown={steer} className={find.form}>
        <form
          role="search"
          className={find.line}
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            ask(text, 0);
          }}
        >
          <input
            ref={field}
            className={find.input}
            type="search"
            aria-label={t('searchLine.label')}
            placeholder={t('searchLine.placeholder')}
            value={text}
            maxLength={60}
            onChange={(event) => {
              setText(event.target.value);
              ask(event.target.value, PAUSE);
            }}
          />
          <Button kind="primary" type="submit">
            {t('find.submit')}
          </Button>
        </form>
        <p role="status" className="visually-hidden">
          {q === '' || waits ? '' : t('search.count', { count: groups.reduce((sum, { data }) => sum + (data?.length ?? 0), 0) })}
        </p>
        {q === '' ? (
          <Empty title={t('search.begin')}>{t('search.beginHint')}</Empty>
        ) : nothing ? (
          <Empty title={t('search.none', { q })}>{t('search.noneHint')}</Empty>
        ) : (
          groups.map(({ name, data, error, refetch, all: more }) =>
            error && data === undefined ? (
              <Section key={name} title={t(`search.group.${name}`)}>
                <Failed error={error} onRetry={() => void refetch()} />
              </Section>
            ) : data === undefined ? (
              <Section key={name} title={t(`search.group.${name}`)}>
                <Loading cards={1} />
              </Section>
            ) : data.length === 0 ? null : (
              <Section key={name} title={t(`search.group.${name}`)} more={more && data.length >= SHOWN ? <a href={`#${more}`}>{t('search.all')}</a> : null}>
                <div data-hits>
                  <Rows label={t(`search.group.${name}`)}>
                    {data.map((hit) => (
                      <Row key={hit.key} to={hit.to} title={hit.name} {...(hit.tag ? { tags: <Tag>{hit.tag}</Tag> } : {})} {...(hit.note ? { note: hit.note } : {})} />
                    ))}
                  </Rows>
                </div>
              </Section>
            ),
          )
        )}
      </div>
    </Page>
  );
}
