import '../../shared/dispensing/texts';
import { Button, Input, Segmented, type InputRef } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { Circulation } from '../../shared/dispensing/circulations';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { Items } from '../keys/Items';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import lists from '../Lists.module.css';
import styles from './Dispensing.module.css';
import { CirculationTag } from './CirculationTag';
import { Opening } from './Opening';
import { Stock } from './Stock';
import { isHeld, isSent, useCirculations, useLock } from './useDispensing';

const TABS = ['counter', 'over', 'stock', 'opening'] as const;
type Tab = (typeof TABS)[number];
const KEYS: Record<Tab, string> = { counter: 'c', over: 'o', stock: 's', opening: 'h' };

/** 处方调配: the code first, then what is under way at this pharmacy; what it has on its shelves, and when it is open. */
export function DispensingPage() {
  const { t } = useTranslation('dispensing');
  const [address, setAddress] = useSearchParams();
  const tab = TABS.find((one) => one === address.get('tab')) ?? 'counter';
  const go = (next: Tab) => setAddress(next === 'counter' ? {} : { tab: next }, { replace: true });
  useShortcuts(TABS.map((one) => ({ key: KEYS[one], label: t(`tab.${one}`), run: () => go(one) })));
  return (
    <div className={lists.page}>
      <PageTitle page={t('title')} />
      <h1>{t('title')}</h1>
      <div>
        <Segmented aria-label={t('tabs')} value={tab} options={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))} onChange={(next) => go(next as Tab)} />
      </div>
      {tab === 'stock' ? <Stock /> : tab === 'opening' ? <Opening /> : <Prescriptions over={tab === 'over'} />}
    </div>
  );
}

function Prescriptions({ over }: { over: boolean }) {
  const { t } = useTranslation('dispensing');
  const { data, error, refetch } = useCirculations();
  const sent = data?.filter(isSent) ?? [];
  const held = data?.filter(isHeld) ?? [];
  const done = data?.filter((one) => !isSent(one) && !isHeld(one)) ?? [];
  return (
    <>
      {over ? null : <ByCode />}
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data && over && done.length === 0 ? <NothingHere title={t('list.noneOver')} /> : null}
      {data && !over && sent.length + held.length === 0 ? <NothingHere title={t('list.none')}>{t('list.noneHint')}</NothingHere> : null}
      {over ? <Of name="over" all={done} /> : null}
      {over ? null : <Of name="sent" all={sent} />}
      {over ? null : <Of name="held" all={held} />}
    </>
  );
}

function Of({ name, all }: { name: 'sent' | 'held' | 'over'; all: readonly Circulation[] }) {
  const { t } = useTranslation('dispensing');
  const language = useLanguage();
  const id = useId();
  if (all.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby={id}>
      {name === 'over' ? null : (
        <h2 id={id}>
          {t(`list.${name}`)} <span className="muted">{all.length}</span>
        </h2>
      )}
      <Items
        label={t(`list.${name}`)}
        items={all.map((one) => ({
          key: one.task,
          to: `/dispensing/${one.task}`,
          title: (
            <>
              <strong>{one.way ? t(`way.${one.way}`) : t('way.none')}</strong> <CirculationTag state={one.state} />
            </>
          ),
          note: [t('number', { number: one.task.slice(-8) }), one.held && isHeld(one) ? t('heldUntil', { when: formatMoment(one.held, language) }) : undefined, isSent(one) ? t('goodUntil', { when: formatMoment(one.until, language) }) : undefined].filter(Boolean).join(' · '),
          aside: formatMoment(one.changed, language),
        }))}
      />
    </section>
  );
}

/** A scanner types the code and Enter: the prescription is this pharmacy's at once. */
function ByCode() {
  const { t } = useTranslation('dispensing');
  const id = useId();
  const go = useNavigate();
  const lock = useLock();
  const field = useRef<InputRef>(null);
  const [code, setCode] = useState('');
  useEffect(() => field.current?.focus(), []);
  useShortcuts([{ key: 'l', label: t('code.focus'), run: () => field.current?.focus({ cursor: 'all' }) }]);
  return (
    <form
      className={`card ${styles.scan}`}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        const token = code.trim();
        if (token === '' || lock.isPending) return;
        lock.mutate({ token }, { onSuccess: ({ circulation }) => void go(`/dispensing/${circulation.task}`), onSettled: () => setCode('') });
      }}
    >
      <label htmlFor={id}>{t('code.label')}</label>
      <div className={styles.pair}>
        <Input id={id} ref={field} value={code} size="large" spellCheck={false} placeholder={t('code.placeholder')} aria-describedby={`${id}-hint`} onChange={(event) => setCode(event.target.value)} />
        <Button type="primary" size="large" htmlType="submit" loading={lock.isPending}>
          {t('code.lock')}
        </Button>
      </div>
      <p id={`${id}-hint`} className="muted small">
        {t('code.hint')} <kbd className={keys['key']}>L</kbd>
      </p>
      {lock.error ? <LoadFailed error={lock.error} compact /> : null}
    </form>
  );
}
