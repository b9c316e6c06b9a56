import '../../shared/complaint/texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST, SHORTEST, useComplaint, useComplaintStep, type Complaint, type Step } from '../../shared/complaint/complaints';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, Faces, Failed, Field, Notice, Row, Rows, Section } from '../ui/ui';
import styles from './Complaints.module.css';
import { TONES } from './tones';

/** One complaint: where it stands and what comes next first, then what was said, then what one may do. */
export function ComplaintPage() {
  const { t } = useTranslation('complaint');
  const { id = '' } = useParams();
  const complaint = useComplaint(id);
  return (
    <Page title={t('title')} back="/complaints" fixed>
      <Faces query={complaint} cards={2}>
        {(one) => <Shown complaint={one} />}
      </Faces>
    </Page>
  );
}

function Shown({ complaint }: { complaint: Complaint }) {
  const { t } = useTranslation(['complaint', 'resident']);
  const language = useLanguage();
  const { state } = complaint;
  const tone = TONES[state];
  return (
    <>
      <Notice {...(tone === 'good' || tone === 'warning' ? { tone } : {})} title={t(`state.${state}`)} role="status">
        <p>{t(`means.${state}`, { deadline: formatMoment(complaint.deadline, language), closes: formatMoment(complaint.closes, language) })}</p>
      </Notice>
      <h2>{t('of', { kind: t(`kind.${complaint.kind}`) })}</h2>
      <p className="muted">{complaint.institution?.display}</p>
      <Section title={t('said')}>
        <Rows label={t('said')}>
          {complaint.notes.map((note, index) => (
            <Row key={index} title={note.words} note={[note.by === 'resident' ? t('you') : t(`by.${note.by}`), t(`step.${note.step as Step}`, { defaultValue: note.step }), formatMoment(note.at, language)].join(t('resident:dot'))} />
          ))}
        </Rows>
      </Section>
      {complaint.steps.length > 0 ? <Steps complaint={complaint} /> : null}
    </>
  );
}

function Steps({ complaint }: { complaint: Complaint }) {
  const { t } = useTranslation('complaint');
  const take = useComplaintStep(complaint.id);
  const [words, setWords] = useState('');
  const [short, setShort] = useState(false);
  const send = (step: Step) => {
    const text = words.trim();
    setShort(text.length < SHORTEST);
    if (text.length >= SHORTEST) take.mutate({ step, words: text }, { onSuccess: () => setWords('') });
  };
  return (
    <div className={`card ${styles.form}`}>
      <Field label={t('wordsOwn')} problem={short ? t('short', { count: SHORTEST }) : undefined}>
        {(id, wrong) => <textarea id={id} rows={3} maxLength={LONGEST} value={words} aria-describedby={wrong} aria-invalid={short} onChange={(event) => setWords(event.target.value)} />}
      </Field>
      {take.error ? <Failed error={take.error} /> : null}
      <Actions>
        {complaint.steps.map((step) => (
          <Button key={step} kind={step === 'accept' ? 'primary' : 'default'} busy={take.isPending && take.variables.step === step} onClick={() => send(step)}>
            {t(`step.${step}`)}
          </Button>
        ))}
      </Actions>
    </div>
  );
}
