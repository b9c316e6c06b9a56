import '../../shared/visit/texts';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { usePerson } from '../requests/person';
import { useApply, useOnlineDoctors, useProofs } from '../requests/visit';
import { Navigate, useNavigate, useParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Choice, Choices, Empty, Faces, Facts, Failed, Field, Notice, SearchField, Steps } from '../ui/ui';
import ui from '../ui/Ui.module.css';
import { keepDraft, useDraft, type Draft } from './draft';

const STEPS = ['doctor', 'proof', 'complaint'] as const;
const SHORTEST = 2;
const LONGEST = 2_000;

/** Applies for a visit on line: whom, what shows that it is none for the first time, and what is wrong. */
export function ApplyPage() {
  const { step } = useParams();
  const person = usePerson();
  const draft = useDraft(person.id);
  const at = STEPS.findIndex((one) => one === step);
  const missing = at > 0 && !draft.doctor ? 'doctor' : at > 1 && !draft.proof ? 'proof' : undefined;
  if (at < 0 || missing) return <Navigate to={`/online-visits/new/${missing ?? 'doctor'}`} />;
  return <Flow key={step} at={at} draft={draft} name={person.name} />;
}

function Flow({ at, draft, name }: { at: number; draft: Draft; name: string }) {
  const { t } = useTranslation(['resident', 'visit']);
  const navigate = useNavigate();
  const apply = useApply();
  const [problem, setProblem] = useState<string>();
  const step = STEPS[at] ?? 'doctor';
  const next = () => {
    setProblem(undefined);
    if (step === 'doctor' && !draft.doctor) return setProblem(t('visit:chooseDoctor'));
    if (step === 'proof' && !draft.proof) return setProblem(t('visit:chooseProof'));
    if (step !== 'complaint') return void navigate(`/online-visits/new/${STEPS[at + 1] ?? ''}`);
    const complaint = draft.complaint.trim();
    if (complaint.length < SHORTEST || complaint.length > LONGEST) return setProblem(t('visit:complaintLength', { from: SHORTEST, to: LONGEST }));
    apply.mutate(
      { patient: draft.patient, doctor: draft.doctor?.id ?? '', proof: draft.proof?.reference ?? '', complaint },
      {
        // The draft goes when the visit is shown: without it this page would lead away first.
        onSuccess: (visit) => void navigate(`/online-visits/${visit.id ?? ''}`, { replace: true }),
      },
    );
  };
  return (
    <Page
      title={t('visit:apply')}
      back={at === 0 ? '/online-visits' : `/online-visits/new/${STEPS[at - 1] ?? ''}`}
      fixed={at > 0}
      bottom={
        <Bottom>
          {problem ? (
            <p role="alert" className={ui.problem}>
              {problem}
            </p>
          ) : null}
          <Button kind="primary" wide busy={apply.isPending} onClick={next}>
            {step === 'complaint' ? t('visit:applyNow') : t('flow.next')}
          </Button>
        </Bottom>
      }
    >
      <Steps at={at + 1} of={STEPS.length + 1} />
      {step === 'doctor' ? <DoctorStep draft={draft} /> : step === 'proof' ? <ProofStep draft={draft} /> : <ComplaintStep draft={draft} name={name} />}
      {apply.error ? <Failed error={apply.error} /> : null}
    </Page>
  );
}

const costOf = (t: TFunction<['resident', 'visit']>, fee: number): string => (fee > 0 ? `¥${fee.toFixed(2)}` : t('visit:noFee'));

function DoctorStep({ draft }: { draft: Draft }) {
  const { t } = useTranslation(['resident', 'visit']);
  const [typed, setTyped] = useState('');
  const [words, setWords] = useState('');
  const doctors = useOnlineDoctors(words);
  return (
    <>
      <h2>{t('visit:whichDoctor')}</h2>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setWords(typed.trim());
        }}
      >
        <SearchField label={t('find.q')} value={typed} placeholder={t('find.placeholder')} submit={t('find.submit')} onChange={setTyped} />
      </form>
      <Faces
        query={doctors}
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={t('find.none')}>
            <p>{t('visit:noDoctorHint')}</p>
          </Empty>
        }
      >
        {(list) => (
          <Choices legend={t('visit:whichDoctor')} hidden>
            {list.map((doctor) => (
              <Choice
                key={doctor.id}
                type="radio"
                name="doctor"
                checked={draft.doctor?.id === doctor.id}
                onChange={() => keepDraft({ ...draft, doctor })}
                title={[doctor.name, doctor.title].filter(Boolean).join(' ')}
                note={[doctor.institution, doctor.department, costOf(t, doctor.fee)].filter(Boolean).join(t('dot'))}
              />
            ))}
          </Choices>
        )}
      </Faces>
    </>
  );
}

function ProofStep({ draft }: { draft: Draft }) {
  const { t } = useTranslation(['resident', 'visit']);
  const language = useLanguage();
  const proofs = useProofs(draft.patient);
  return (
    <>
      <h2>{t('visit:whichProof')}</h2>
      <p className="muted">{t('visit:proofHint')}</p>
      <Faces
        query={proofs}
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={t('visit:noProof')}>
            <p>{t('visit:noProofHint')}</p>
          </Empty>
        }
      >
        {(list) => (
          <Choices legend={t('visit:whichProof')} hidden>
            {list.map((proof) => (
              <Choice key={proof.reference} type="radio" name="proof" checked={draft.proof?.reference === proof.reference} onChange={() => keepDraft({ ...draft, proof })} title={proof.name} note={t('visit:diagnosedOn', { day: formatDay(proof.day, language) })} />
            ))}
          </Choices>
        )}
      </Faces>
    </>
  );
}

function ComplaintStep({ draft, name }: { draft: Draft; name: string }) {
  const { t } = useTranslation(['resident', 'visit']);
  return (
    <>
      <h2>{t('visit:whatIsWrong')}</h2>
      <div className="card">
        <Facts
          facts={[
            { name: t('visit:patient'), value: name },
            { name: t('visit:doctor'), value: [draft.doctor?.name, draft.doctor?.institution].filter(Boolean).join(t('dot')) },
            { name: t('visit:proof'), value: draft.proof?.name ?? '' },
            { name: t('visit:fee'), value: draft.doctor?.fee ? t('visit:feeLater', { fee: draft.doctor.fee.toFixed(2) }) : t('visit:noFee') },
          ]}
        />
      </div>
      <Field label={t('visit:complaint')}>
        {(id) => <textarea id={id} rows={5} maxLength={LONGEST} value={draft.complaint} placeholder={t('visit:complaintPlaceholder')} onChange={(event) => keepDraft({ ...draft, complaint: event.target.value })} />}
      </Field>
      <Notice tone="warning" title={t('visit:urgent')}>
        <p>{t('visit:urgentHint')}</p>
      </Notice>
    </>
  );
}
