import { Button, Checkbox, Input, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '../../shared/faces/Faces';
import { today } from '../../shared/format/dates';
import { MARKS, ticked } from '../../shared/settlement/marks';
import styles from './Tariff.module.css';
import { TrialResult } from './TrialResult';
import { useTrial, type RuleSet } from './useTariff';

const GROUPS = ['serious', 'assistance', 'poverty', 'subsidy', 'commercial'] as const;
const AMOUNTS = ['a', 'b', 'b-own-percent', 'c'] as const;

/** A day on which the set speaks: today, or the nearest to it. */
const dayFor = ({ from, to }: RuleSet) => (from > today() ? from : to !== undefined && to < today() ? to : today());

/** A bill with given amounts, shared by this set and by what is in force beside it. */
export function TrialForm({ set }: { set: RuleSet }) {
  const { t } = useTranslation(['tariff', 'settlement']);
  const id = useId();
  const [given, setGiven] = useState<Record<string, string>>({ day: dayFor(set), setting: 'outpatient', level: '2', scheme: 'employee', a: '150.00', b: '100.00', 'b-own-percent': '10', c: '' });
  const [groups, setGroups] = useState<string[]>([]);
  const [marks, setMarks] = useState<string[]>([]);
  const [totals, setTotals] = useState('');
  const trial = useTrial();
  const change = (name: string, value: string) => setGiven({ ...given, [name]: value });
  const choice = (name: string, label: string, options: { value: string; label: string }[]) => (
    <div>
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <Select id={`${id}-${name}`} value={given[name] ?? ''} options={options} onChange={(value) => change(name, value)} />
    </div>
  );
  return (
    <section className={`card ${styles.card}`} aria-labelledby={`${id}-title`}>
      <div>
        <h2 id={`${id}-title`}>{t('trial.title')}</h2>
        <p className="muted small">{t('trial.lead')}</p>
      </div>
      <form
        className={styles.card}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
          const sums = totals.split('\n').map((line) => line.trim()).filter(Boolean);
          trial.mutate({ id: set.id, version: String(set.version), ...filled, ...(groups.length > 0 ? { group: groups } : {}), ...(marks.length > 0 ? { mark: marks } : {}), ...(sums.length > 0 ? { total: sums } : {}) });
        }}
      >
        <div className={styles.fields}>
          <div>
            <label htmlFor={`${id}-day`}>{t('prices.day')}</label>
            <Input id={`${id}-day`} type="date" value={given['day'] ?? ''} onChange={(event) => change('day', event.target.value)} />
          </div>
          {choice('setting', t('trial.setting'), (['outpatient', 'inpatient'] as const).map((value) => ({ value, label: t(`setting.${value}`) })))}
          {choice('level', t('trial.level'), (['1', '2', '3'] as const).map((value) => ({ value, label: t(`level.${value}`) })))}
          {choice('scheme', t('trial.scheme'), (['employee', 'resident', 'none'] as const).map((value) => ({ value, label: t(`scheme.${value}`) })))}
          {AMOUNTS.map((name) => (
            <div key={name}>
              <label htmlFor={`${id}-${name}`}>{t(`trial.${name}`)}</label>
              <Input id={`${id}-${name}`} inputMode="decimal" value={given[name] ?? ''} onChange={(event) => change(name, event.target.value)} />
            </div>
          ))}
        </div>
        <fieldset className={styles.choices}>
          <legend>{t('trial.groups')}</legend>
          <Checkbox.Group value={groups} onChange={setGroups} options={GROUPS.map((value) => ({ value, label: t(`group.${value}`) }))} />
        </fieldset>
        <fieldset className={styles.choices}>
          <legend>{t('settlement:marks')}</legend>
          <Checkbox.Group value={marks} onChange={(now) => setMarks(ticked(marks, now))} options={MARKS.map((value) => ({ value, label: t(`settlement:mark.${value}`) }))} />
        </fieldset>
        <label htmlFor={`${id}-totals`}>{t('trial.totals')}</label>
        <Input.TextArea id={`${id}-totals`} className={styles.mono} rows={2} value={totals} placeholder="employee-outpatient.deductible 200.00" spellCheck={false} onChange={(event) => setTotals(event.target.value)} />
        {trial.error ? <LoadFailed error={trial.error} compact /> : null}
        <div className={styles.actions}>
          <Button type="primary" htmlType="submit" loading={trial.isPending}>
            {t('trial.run')}
          </Button>
        </div>
      </form>
      {trial.data ? <TrialResult splits={trial.data} /> : null}
    </section>
  );
}
