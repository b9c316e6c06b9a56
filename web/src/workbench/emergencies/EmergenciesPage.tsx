import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import type { Emergency } from '../../shared/fhir/emergencies';
import { idOf } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import lists from '../Lists.module.css';
import { useJustify, useOwnEmergencies } from './useOwnEmergencies';

const LEAST = 5;

/** 紧急访问待说明: what I opened for an emergency, to be justified afterwards. */
export function EmergenciesPage() {
  const { t } = useTranslation('workbench');
  const { data, error, refetch } = useOwnEmergencies();
  return (
    <div className={lists.page}>
      <PageTitle page={t('lists.emergencies')} />
      <h1>{t('lists.emergencies')}</h1>
      <p className="muted">{t('emergencies.lead')}</p>
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? <NothingHere title={t('emergencies.none')} /> : null}
      <ul className={lists.cards}>
        {data?.map((one) => (
          <li key={one.id} className="card">
            <One one={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function One({ one }: { one: Emergency }) {
  const { t } = useTranslation('workbench');
  const language = useLanguage();
  const justify = useJustify();
  const [statement, setStatement] = useState('');
  const [short, setShort] = useState(false);
  return (
    <>
      <dl className={lists.facts}>
        <dt>{t('emergencies.reason')}</dt>
        <dd>{one.reason}</dd>
        <dt>{t('emergencies.when')}</dt>
        <dd>
          {formatMoment(one.start, language)} – {formatMoment(one.end, language)}
        </dd>
      </dl>
      <p>
        <Link to={`/persons/${idOf(one.patient) ?? ''}`}>{t('emergencies.record')}</Link>
      </p>
      <form
        className={lists.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const tooShort = [...statement.trim()].length < LEAST;
          setShort(tooShort);
          if (!tooShort) justify.mutate({ id: one.id, statement: statement.trim() });
        }}
      >
        <label htmlFor={`statement-${one.id}`}>{t('emergencies.statement')}</label>
        <Input.TextArea id={`statement-${one.id}`} rows={2} value={statement} onChange={(event) => setStatement(event.target.value)} aria-invalid={short} aria-describedby={`problem-${one.id}`} {...(short ? { status: 'error' as const } : {})} />
        <p id={`problem-${one.id}`} role="alert" className={lists.problem}>
          {short ? t('closed.tooShort', { least: LEAST }) : ''}
        </p>
        {justify.error ? <LoadFailed error={justify.error} compact /> : null}
        <Button type="primary" htmlType="submit" loading={justify.isPending}>
          {t('emergencies.submit')}
        </Button>
      </form>
    </>
  );
}
