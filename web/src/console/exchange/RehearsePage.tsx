import { Button, Input } from 'antd';
import { useId, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatCount } from '../../shared/format/numbers';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { Choice } from './ExchangePage';
import styles from './Exchange.module.css';
import { textOf, useFeeds, useRehearsal, type Planned, type Rehearsal } from './useExchange';

/** What the API takes in one request, less what Base64 adds. */
const MOST_BYTES = 20_000_000;

/** A message, what it would become, and what is wrong with that: before a feed goes live. Nothing is kept. */
export function RehearsePage() {
  const { t } = useTranslation('console');
  const feeds = useFeeds();
  return (
    <div className={styles.page}>
      <PageTitle page={t('rehearse.title')} />
      <div className={styles.head}>
        <h1>{t('rehearse.title')}</h1>
        <Link to="/exchange">{t('rehearse.back')}</Link>
      </div>
      <p className="muted">{t('rehearse.what')}</p>
      {feeds.data === undefined ? (
        feeds.error ? (
          <LoadFailed error={feeds.error} onRetry={() => void feeds.refetch()} />
        ) : (
          <LoadingLines rows={8} />
        )
      ) : feeds.data.length === 0 ? (
        <NothingHere title={t('exchange.noFeeds')}>
          {t('exchange.noFeedsHint')} <code>$gateway-feed</code>
        </NothingHere>
      ) : (
        <Form feeds={feeds.data.map(({ name }) => name)} />
      )}
    </div>
  );
}

function Form({ feeds }: { feeds: string[] }) {
  const { t } = useTranslation('console');
  const [query, setQuery] = useSearchParams();
  const feed = feeds.find((one) => one === query.get('feed')) ?? feeds[0] ?? '';
  const [text, setText] = useState('');
  const [file, setFile] = useState<{ name: string; bytes: Uint8Array }>();
  const [mapping, setMapping] = useState('');
  const [problem, setProblem] = useState<'empty' | 'tooLarge'>();
  const rehearsal = useRehearsal();
  const field = useId();
  const own = useId();
  const picker = useRef<HTMLInputElement>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const content = file?.bytes ?? text.replace(/\r\n?/g, '\n');
    if (content.length === 0) return setProblem('empty');
    setProblem(undefined);
    // A text field gives line feeds; segments of HL7 v2 end with a carriage return.
    rehearsal.mutate({ feed, content: typeof content === 'string' && /^\s*(MSH|FHS|BHS)/.test(content) ? content.replace(/\n/g, '\r') : content, file: mapping });
  };

  const pick = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) return setProblem('tooLarge');
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    setProblem(undefined);
    setFile({ name: chosen.name, bytes });
    setText('');
  };

  return (
    <>
      <form className={`card ${styles.card}`} onSubmit={submit}>
        <Choice label={t('exchange.feed')} value={feed} options={feeds} word={(one) => one} onChange={(value) => setQuery({ feed: value }, { replace: true })} />
        {file ? (
          <div className={styles.acts}>
            <span>{t('rehearse.file', { name: file.name })}</span>
            <Button size="small" onClick={() => setFile(undefined)}>
              {t('rehearse.otherFile')}
            </Button>
            {textOf(file.bytes) === undefined ? null : (
              <Button
                size="small"
                onClick={() => {
                  setText(textOf(file.bytes) ?? '');
                  setFile(undefined);
                }}
              >
                {t('rehearse.edit')}
              </Button>
            )}
          </div>
        ) : (
          <div className={styles.text}>
            <label htmlFor={field}>{t('rehearse.content')}</label>
            <Input.TextArea id={field} value={text} rows={8} spellCheck={false} className={styles.code} aria-describedby={`${field}-problem`} {...(problem ? { status: 'error' as const } : {})} onChange={(event) => setText(event.target.value)} />
          </div>
        )}
        <p id={`${field}-problem`} role="alert" className={styles.problem}>
          {problem ? t(`rehearse.${problem}`) : null}
        </p>
        <input ref={picker} type="file" hidden aria-label={t('rehearse.upload')} onChange={(event) => void pick(event.target.files?.[0]).finally(() => picker.current && (picker.current.value = ''))} />
        <details>
          <summary>{t('rehearse.mapping')}</summary>
          <div className={styles.text}>
            <label htmlFor={own} className="muted">
              {t('rehearse.mappingHint')}
            </label>
            <Input.TextArea id={own} value={mapping} rows={8} spellCheck={false} className={styles.code} onChange={(event) => setMapping(event.target.value)} />
          </div>
        </details>
        <div className={styles.acts}>
          <Button type="primary" htmlType="submit" loading={rehearsal.isPending}>
            {t('rehearse.run')}
          </Button>
          <Button onClick={() => picker.current?.click()}>{t('rehearse.upload')}</Button>
        </div>
      </form>
      {rehearsal.error ? <LoadFailed error={rehearsal.error} /> : null}
      {rehearsal.data ? <Result rehearsal={rehearsal.data} /> : null}
    </>
  );
}

function Result({ rehearsal: { type, mapping, resources, findings } }: { rehearsal: Rehearsal }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const errors = resources.flatMap(({ issues }) => issues).filter(({ kind }) => kind === 'refuses').length;
  return (
    <>
      <section className={`card ${styles.card}`} aria-labelledby="outcome">
        <div className={styles.head}>
          <h2 id="outcome">{t('rehearse.outcome')}</h2>
          {errors > 0 ? <StatusTag tone="bad">{t('rehearse.wouldFail', { count: errors })}</StatusTag> : <StatusTag tone="good">{t('rehearse.wouldPass')}</StatusTag>}
        </div>
        <p>{t('rehearse.figures', { type, mapping: mapping ?? t('rehearse.noMapping'), resources: formatCount(resources.length, language), findings: formatCount(findings.length, language) })}</p>
        {findings.length > 0 ? (
          <ul className={styles.findings}>
            {findings.map(({ code, place, text }, at) => (
              <li key={`${code}-${at}`}>
                {place ? <code>{place}</code> : null} {text}
              </li>
            ))}
          </ul>
        ) : null}
      </section>
      <section className={`card ${styles.card}`} aria-labelledby="resources">
        <h2 id="resources">{t('rehearse.resources')}</h2>
        <ul className={styles.messages}>
          {resources.map((planned, at) => (
            <Resource key={at} planned={planned} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Resource({ planned: { write, type, resource, issues } }: { planned: Planned }) {
  const { t } = useTranslation(['console', 'types']);
  return (
    <li className={styles.message}>
      <div className={styles.head}>
        <span className={styles.title}>
          <strong>{t(`types:${type as 'Patient'}`, { defaultValue: type })}</strong>
          <span className="muted">{type}</span>
        </span>
        <span className="muted">{t(`rehearse.writes.${write as 'update'}`, { defaultValue: write })}</span>
      </div>
      {issues.length > 0 ? (
        <ul className={styles.findings}>
          {issues.map(({ kind, text, place }, at) => (
            <li key={at}>
              <StatusTag tone={kind === 'refuses' ? 'bad' : 'warning'}>{t(`rehearse.kinds.${kind}`)}</StatusTag> {place ? <code>{place}</code> : null} {text}
            </li>
          ))}
        </ul>
      ) : null}
      {resource ? (
        <details>
          <summary>{t('rehearse.json')}</summary>
          <pre className={styles.json} tabIndex={0} role="region" aria-label={type}>
            {JSON.stringify(resource, null, 2)}
          </pre>
        </details>
      ) : null}
    </li>
  );
}
