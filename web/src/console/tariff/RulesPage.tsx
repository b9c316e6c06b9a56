import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { StatusTag, type Tone } from '../../shared/StatusTag';
import type texts from '../../shared/i18n/zh/tariff.json';
import { runsPlatform, useRole } from '../useRole';
import { Head } from './Head';
import { RuleList } from './RuleList';
import styles from './Tariff.module.css';
import './texts';
import { TrialForm } from './TrialForm';
import { nameOfSet, useAct, useRuleSets, type RuleSet } from './useTariff';

const EMPTY = JSON.stringify({ id: '', from: '', source: '', rules: [] }, null, 2);

const TONES: Record<string, Tone> = { draft: 'warning', live: 'good' };

/** 结算规则: rule sets by version, each to be read, tried and brought into force. The chosen one stands in the address. */
export function RulesPage() {
  const { t } = useTranslation('tariff');
  const [query, setQuery] = useSearchParams();
  const may = runsPlatform(useRole());
  const sets = useRuleSets();
  const [spec, setSpec] = useState<string>();
  const chosen = sets.data?.find((one) => nameOfSet(one) === query.get('set')) ?? sets.data?.[0];
  return (
    <div className={styles.page}>
      <Head page="rules" />
      {spec === undefined ? null : <Draft key={spec} first={spec} onDone={() => setSpec(undefined)} onMade={(name) => setQuery({ set: name })} />}
      {sets.data === undefined ? (
        <div className="card">{sets.error ? <LoadFailed error={sets.error} onRetry={() => void sets.refetch()} /> : <LoadingLines rows={10} />}</div>
      ) : chosen === undefined ? (
        <div className="card">
          <NothingHere title={t('rules.none')}>{may ? <Button onClick={() => setSpec(EMPTY)}>{t('rules.draft')}</Button> : t('rules.noneHint')}</NothingHere>
        </div>
      ) : (
        <div className={styles.split}>
          <nav className={`card ${styles.versions}`} aria-label={t('rules.versions')}>
            <ul>
              {sets.data.map((one) => (
                <li key={nameOfSet(one)}>
                  <button type="button" aria-current={one === chosen ? 'true' : undefined} onClick={() => setQuery({ set: nameOfSet(one) })}>
                    <span>
                      {one.id} {t('rules.version', { version: one.version })}
                    </span>
                    <StatusTag tone={TONES[one.state] ?? 'plain'}>{t(`state.${one.state as keyof typeof texts.state}`)}</StatusTag>
                    <span className="muted small">{one.to ? t('span', { from: one.from, to: one.to }) : t('spanOpen', { from: one.from })}</span>
                  </button>
                </li>
              ))}
            </ul>
          </nav>
          <div className={styles.page}>
            <One key={nameOfSet(chosen)} set={chosen} may={may} onChange={() => setSpec(JSON.stringify(JSON.parse(chosen.spec), null, 2))} />
          </div>
        </div>
      )}
    </div>
  );
}

function One({ set, may, onChange }: { set: RuleSet; may: boolean; onChange: () => void }) {
  const { t } = useTranslation('tariff');
  const language = useLanguage();
  return (
    <>
      <section className={`card ${styles.card}`} aria-labelledby="set">
        <div className={styles.head}>
          <h2 id="set">
            {set.id} {t('rules.version', { version: set.version })}
          </h2>
          {may ? <Button onClick={onChange}>{t('rules.change')}</Button> : null}
        </div>
        <p>{set.source}</p>
        <p className="muted small">
          {[set.made ? t('rules.made', { at: formatMoment(set.made, language) }) : '', set.decided ? t('rules.decided', { at: formatMoment(set.decided, language) }) : '', set.reason ?? ''].filter(Boolean).join(' · ')}
        </p>
        {may && (set.state === 'draft' || set.state === 'live') ? <Steps set={set} /> : null}
      </section>
      {may && set.version > 0 && set.state !== 'retired' ? <TrialForm set={set} /> : null}
      <RuleList rules={set.rules} />
    </>
  );
}

/** What is in the way is said before it is pressed; the platform decides in any case. */
function Steps({ set }: { set: RuleSet }) {
  const { t } = useTranslation('tariff');
  const id = useId();
  const [reason, setReason] = useState('');
  const step = useAct('$settlement-rule-step');
  const blocked = set.state === 'draft' ? (set.isTried ? (set.isOwn ? 'own' : undefined) : 'untried') : set.isOwn ? 'own' : undefined;
  const take = (what: 'go-live' | 'retire') => step.mutate({ id: set.id, version: String(set.version), step: what, reason: reason.trim() }, { onSuccess: () => setReason('') });
  return (
    <form className={styles.card} noValidate onSubmit={(event) => event.preventDefault()}>
      {blocked ? <p className="muted">{t(`rules.${blocked}`)}</p> : null}
      <div className={styles.actions}>
        <label htmlFor={id}>{t('rules.reason')}</label>
        <Input id={id} className={styles.wide} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        {set.state === 'draft' ? (
          <Button type="primary" disabled={blocked !== undefined || reason.trim().length < 2} loading={step.isPending} onClick={() => take('go-live')}>
            {t('rules.goLive')}
          </Button>
        ) : null}
        <Button disabled={(set.state === 'live' && blocked !== undefined) || reason.trim().length < 2} loading={step.isPending} onClick={() => take('retire')}>
          {t('rules.retire')}
        </Button>
      </div>
      {step.error ? <LoadFailed error={step.error} compact /> : null}
    </form>
  );
}

/** What is typed stays when it is refused. */
function Draft({ first, onDone, onMade }: { first: string; onDone: () => void; onMade: (name: string) => void }) {
  const { t } = useTranslation('tariff');
  const id = useId();
  const [spec, setSpec] = useState(first);
  const draft = useAct('$settlement-rule');
  return (
    <form
      className={`card ${styles.card}`}
      aria-labelledby={`${id}-title`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        draft.mutate(
          { spec },
          {
            onSuccess: (answer) => {
              const parts = answer.parameter?.[0]?.part ?? [];
              onMade(nameOfSet({ id: parts.find(({ name }) => name === 'id')?.valueCode ?? '', version: parts.find(({ name }) => name === 'version')?.valueInteger ?? 0 }));
              onDone();
            },
          },
        );
      }}
    >
      <h2 id={`${id}-title`}>{t('rules.draft')}</h2>
      <label htmlFor={id}>{t('rules.spec')}</label>
      <Input.TextArea id={id} className={styles.mono} value={spec} rows={18} spellCheck={false} autoFocus onChange={(event) => setSpec(event.target.value)} />
      {draft.error ? <LoadFailed error={draft.error} compact /> : null}
      <div className={styles.actions}>
        <Button type="primary" htmlType="submit" loading={draft.isPending}>
          {t('rules.save')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
