import './texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Parcel, ParcelState, Said } from '../../shared/dispensing/parcels';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useComplain, useParcel } from '../requests/dispensing';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, Facts, Faces, Failed, Field, Notice, Row, Rows, Section, Tag, type Tone } from '../ui/ui';
import styles from './Prescriptions.module.css';

const TONES: Record<ParcelState, Tone> = { packed: 'running', picked: 'running', transit: 'running', returning: 'warning', delivered: 'good', returned: 'plain' };

/** A parcel on its way: where it is, what to say at the door, and what to do when something is wrong. */
export function ParcelPage() {
  const { t } = useTranslation('resident');
  const { task = '', parcel = '' } = useParams();
  const query = useParcel(parcel);
  return (
    <Page title={t('parcel.title')} back={`/prescriptions/${task}`} fixed>
      <Faces query={query} cards={2}>
        {({ parcel: one, said }) => <Shown parcel={one} said={said} />}
      </Faces>
    </Page>
  );
}

function Shown({ parcel, said }: { parcel: Parcel; said: readonly Said[] }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  return (
    <>
      <Notice {...(parcel.state === 'delivered' ? { tone: 'good' as const } : parcel.state === 'returning' ? { tone: 'warning' as const } : {})} title={t(`parcel.state.${parcel.state}`)} role="status">
        <p>{t(`parcel.means.${parcel.state}`)}</p>
      </Notice>
      {parcel.code ? (
        <section className={`card ${styles.codeBox}`} aria-label={t('parcel.code')}>
          <h2>{t('parcel.code')}</h2>
          <p className={styles.digits}>{parcel.code}</p>
          <p>{t('parcel.codeHint')}</p>
        </section>
      ) : null}
      <div className="card">
        <Facts
          facts={[
            { name: t('parcel.stateName'), value: <Tag tone={TONES[parcel.state]}>{t(`parcel.state.${parcel.state}`)}</Tag> },
            { name: t('parcel.from'), value: parcel.shop },
            ...(parcel.address ? [{ name: t('take.address'), value: parcel.address }] : []),
            { name: t('parcel.packed'), value: formatMoment(parcel.packed, language) },
            { name: t('parcel.changed'), value: formatMoment(parcel.changed, language) },
            ...(parcel.cold ? [{ name: t('parcel.cold'), value: t(parcel.excursion ? 'parcel.outside' : 'parcel.limits', { low: parcel.low, high: parcel.high }) }] : []),
          ]}
        />
      </div>
      <Complaint parcel={parcel} said={said} />
    </>
  );
}

const SHORTEST = 4;

function Complaint({ parcel, said }: { parcel: Parcel; said: readonly Said[] }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const complain = useComplain(parcel.id);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState(false);
  const may = (step: string) => parcel.open.includes(`complaint-${step}`);
  const say = (step: 'complain' | 'close') => {
    const words = text.trim();
    setProblem(words.length < SHORTEST);
    if (words.length >= SHORTEST) complain.mutate({ step, text: words }, { onSuccess: () => setText('') });
  };
  return (
    <Section title={t('parcel.complaint')}>
      {said.length > 0 ? (
        <Rows label={t('parcel.complaint')}>
          {said.map((one, index) => (
            <Row key={index} title={one.text} note={[t(`parcel.by.${one.by}`), formatMoment(one.at, language)].join(t('dot'))} />
          ))}
        </Rows>
      ) : null}
      {may('complain') || may('close') ? (
        <div className="card">
          <Field label={t(parcel.complaint === 'answered' ? 'parcel.again' : 'parcel.what')} problem={problem ? t('parcel.short', { count: SHORTEST }) : undefined}>
            {(id, wrong) => <textarea id={id} rows={3} maxLength={500} value={text} aria-describedby={wrong} aria-invalid={problem} onChange={(event) => setText(event.target.value)} />}
          </Field>
          {complain.error ? <Failed error={complain.error} /> : null}
          <Actions>
            {may('complain') ? (
              <Button kind="primary" busy={complain.isPending} onClick={() => say('complain')}>
                {t('parcel.complain')}
              </Button>
            ) : null}
            {may('close') ? (
              <Button busy={complain.isPending} onClick={() => say('close')}>
                {t('parcel.close')}
              </Button>
            ) : null}
          </Actions>
        </div>
      ) : null}
    </Section>
  );
}
