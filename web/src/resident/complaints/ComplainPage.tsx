import '../../shared/complaint/texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST, SHORTEST, useComplain } from '../../shared/complaint/complaints';
import { go, useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, Empty, Failed, Field } from '../ui/ui';
import styles from './Complaints.module.css';

/** Where a page of a thing leads back to; the others are reached from the list. */
const KINDS = { Encounter: 'visit', MedicationRequest: 'prescription', SupplyDelivery: 'parcel', Claim: 'bill', Invoice: 'bill' } as const;
const kindOf = (about: string) => KINDS[about.split('/')[0] as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined;

/** 写投诉: in one's own words. What is typed stays when it is refused. */
export function ComplainPage() {
  const { t } = useTranslation('complaint');
  const [query] = useSearchParams();
  const about = query.get('about') ?? '';
  const kind = kindOf(about);
  const complain = useComplain();
  const [words, setWords] = useState('');
  const [short, setShort] = useState(false);
  const send = () => {
    const text = words.trim();
    setShort(text.length < SHORTEST);
    if (text.length >= SHORTEST) complain.mutate({ about, words: text }, { onSuccess: ({ id }) => go(`/complaints/${id}`, { replace: true }) });
  };
  return (
    <Page title={t('fileTitle')} back="/complaints" fixed>
      {kind === undefined ? (
        <Empty title={t('noThing')} />
      ) : (
        <div className={`card ${styles.form}`}>
          <h2>{t('of', { kind: t(`kind.${kind}`) })}</h2>
          <p className="muted small">{t('whatHint')}</p>
          <Field label={t('what')} problem={short ? t('short', { count: SHORTEST }) : undefined}>
            {(id, wrong) => <textarea id={id} rows={6} maxLength={LONGEST} value={words} aria-describedby={wrong} aria-invalid={short} onChange={(event) => setWords(event.target.value)} />}
          </Field>
          {complain.error ? <Failed error={complain.error} /> : null}
          <Actions>
            <Button kind="primary" wide busy={complain.isPending} onClick={send}>
              {t('submit')}
            </Button>
          </Actions>
        </div>
      )}
    </Page>
  );
}
